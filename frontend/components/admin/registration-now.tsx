import { CardSection } from '@/components/ui/card-section';
import { Empty } from '@/components/ui/notice';
import type { Dashboard } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { termKey, termLabel } from '@/lib/terms';

type Registration = Dashboard['registration'][number];

const dots = { open: 'bg-good', not_yet: 'bg-warn', closed: 'bg-edge' };

export function RegistrationNow({ terms }: { terms: Registration[] | undefined }) {
  return (
    <CardSection
      title="Registration"
      meaning="Terms whose classes or whose registration is on now, and whether students may register, by the server's clock."
      flush
    >
      {!terms ? (
        <div aria-busy="true" className="h-24" />
      ) : terms.length === 0 ? (
        <Empty title="No current term" />
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {terms.map((term) => (
            <li key={termKey(term)} className="px-4 py-2.5">
              <p className="font-medium">
                <span
                  aria-hidden
                  className={`mr-2 inline-block size-2 rounded-full ${dots[term.registration]}`}
                />
                {termLabel(term)}
              </p>
              <p className="text-sm text-muted">{state(term)}</p>
            </li>
          ))}
        </ul>
      )}
    </CardSection>
  );
}

function state({ registration, registration_opens_at: opens, registration_closes_at: closes }: Registration) {
  if (registration === 'open') return closes ? `Open until ${formatMoment(closes)}` : 'Open';
  if (registration === 'not_yet') return opens ? `Opens ${formatMoment(opens)}` : 'Not open yet';
  return closes ? `Closed ${formatMoment(closes)}` : 'Closed';
}
