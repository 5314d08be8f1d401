import type { ReactNode } from 'react';
import type { Term } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { registrationReason, termLabel } from '@/lib/terms';
import { Panel } from './parts';

export function RegistrationState({ term, children }: { term: Term; children?: ReactNode }) {
  const open = term.registration === 'open';
  return (
    <Panel title="Registration">
      <div className="p-4">
        <p className="font-medium">
          <span
            aria-hidden
            className={`mr-2 inline-block size-2 rounded-full ${open ? 'bg-good' : term.registration === 'not_yet' ? 'bg-warn' : 'bg-edge'}`}
          />
          {open ? `Open for ${termLabel(term)}` : `${registrationReason(term)}`}
        </p>
        {open && term.registration_closes_at && (
          <p className="mt-1 text-sm text-muted">Closes {formatMoment(term.registration_closes_at)}</p>
        )}
        {term.drop_deadline && (
          <p className="mt-1 text-sm text-muted">Drop until {formatMoment(term.drop_deadline)}</p>
        )}
        {children}
      </div>
    </Panel>
  );
}
