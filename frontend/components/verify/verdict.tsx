import { BadgeCheck, BadgeX, FileCheck, FileX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Checked } from '@/lib/api/transcripts';
import { formatMoment } from '@/lib/dates';
import { formatCredits } from '@/lib/numbers';

const reasons = {
  malformed: 'It does not have the form of a code. Perhaps a part is missing: copy all of it.',
  unknown_key: 'It names a key that this university never signed with.',
  bad_signature: 'Something in it was changed, or it was not signed here.',
};

export function Verdict({ checked, fileName }: { checked: Checked; fileName: string | null }) {
  const { valid, reason, facts, matches, where } = checked;
  if (!valid || !facts) {
    return (
      <section aria-label="Result" className="rounded-lg border border-bad/40 bg-bad-soft p-4">
        <h2 className="flex items-center gap-2 text-base font-semibold">
          <BadgeX aria-hidden className="size-5 text-bad" /> This code is not valid
        </h2>
        <p className="mt-1 text-sm">{reasons[reason ?? 'malformed']}</p>
      </section>
    );
  }
  return (
    <section aria-label="Result" className="card overflow-hidden">
      <h2 className="flex items-center gap-2 border-b border-line px-4 py-3 text-base font-semibold">
        <BadgeCheck aria-hidden className="size-5 text-good" /> Valid: signed by {facts.institution}
      </h2>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-3 sm:grid-cols-3">
        <Fact name="Student">{facts.full_name}</Fact>
        <Fact name="Number">{facts.student_id ?? '–'}</Fact>
        <Fact name="Issued">{formatMoment(facts.issued_at)}</Fact>
        <Fact name="Credits earned">{formatCredits(facts.credits_earned)}</Fact>
        <Fact name="Grade point average">{facts.gpa ?? '–'}</Fact>
        <Fact name="Key">
          <code className="font-mono text-xs break-all">{facts.kid}</code>
        </Fact>
      </dl>
      {matches !== null && <FileVerdict matches={matches} name={fileName ?? 'The file'} />}
      <p className="border-t border-line px-4 py-2.5 text-xs text-muted">
        {where === 'here' ? 'Checked in this browser.' : 'Checked by the server: this browser cannot.'}{' '}
        Compare these facts with the transcript. They were true when it was issued; marks may have changed
        since.
      </p>
    </section>
  );
}

function FileVerdict({ matches, name }: { matches: boolean; name: string }) {
  return (
    <p
      className={`flex items-start gap-2 border-t border-line px-4 py-3 text-sm font-medium ${matches ? '' : 'bg-bad-soft'}`}
    >
      {matches ? (
        <FileCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
      ) : (
        <FileX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      )}
      {matches
        ? `${name} is the transcript that was signed, to the letter.`
        : `${name} is not the transcript that was signed: something in it differs.`}
    </p>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="break-words tabular-nums">{children}</dd>
    </div>
  );
}
