import type { ReactNode } from 'react';
import type { SignedTranscript } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { formatCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { termKey, termLabel } from '@/lib/terms';
import { TermTable } from './term-table';

/** The document itself: on screen a sheet, in print all there is. */
export function TranscriptPaper({ signed }: { signed: SignedTranscript }) {
  const { transcript, code } = signed;
  const { student, terms } = transcript;
  return (
    <article
      aria-label={`Transcript of ${student.full_name}`}
      className="card mx-auto max-w-4xl px-5 py-6 sm:px-10 sm:py-9 print:max-w-none print:rounded-none print:border-0 print:p-0"
    >
      <header className="flex flex-wrap items-end justify-between gap-x-8 gap-y-2 border-b-2 border-ink pb-3">
        <div>
          <p className="text-sm text-muted">{transcript.institution}</p>
          <h2 className="text-2xl font-semibold">Academic transcript</h2>
        </div>
        <p className="text-sm text-muted">Issued {formatMoment(transcript.issued_at)}</p>
      </header>
      <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 print:grid-cols-3">
        <Fact name="Student">{student.full_name}</Fact>
        <Fact name="Number">{student.student_id ?? '–'}</Fact>
        <Fact name="Department">{student.department ?? '–'}</Fact>
      </dl>
      {terms.length === 0 ? (
        <p className="mt-8 text-muted">No course is completed or under way.</p>
      ) : (
        terms.map((term) => (
          <section key={termKey(term)} aria-label={termLabel(term)} className="mt-6 break-inside-avoid-page">
            <h3 className="mb-1 break-after-avoid text-base font-semibold">{termLabel(term)}</h3>
            <TermTable term={term} />
          </section>
        ))
      )}
      <dl className="mt-6 grid break-inside-avoid grid-cols-3 gap-x-6 border-y-2 border-ink py-3">
        <Fact name="Credits attempted">{formatCredits(transcript.credits_attempted)}</Fact>
        <Fact name="Credits earned">{formatCredits(transcript.credits_earned)}</Fact>
        <Fact name="Grade point average">
          <span className="font-semibold">{transcript.gpa ?? '–'}</span>
        </Fact>
      </dl>
      <p className="mt-2 text-xs text-muted">
        In progress: counts for nothing yet. Withdrawn: left after the term’s drop deadline, counts for
        nothing.
      </p>
      <section aria-label="Proof" className="mt-6 break-inside-avoid">
        <h3 className="text-sm font-semibold">Check this transcript</h3>
        <p className="mt-0.5 text-xs text-muted">
          Anybody can, at <span className="font-medium text-ink">{address(paths.verify)}</span>, with this
          signed code. It says for whom and when this was issued, and one changed letter makes it invalid.
        </p>
        <p
          data-testid="transcript-code"
          className="mt-2 rounded-md border border-line p-2.5 font-mono text-2xs leading-4 break-all print:rounded-none"
        >
          {code}
        </p>
      </section>
    </article>
  );
}

function address(path: string): string {
  return typeof window === 'undefined' ? path : `${window.location.host}${path}`;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="break-words tabular-nums">{children}</dd>
    </div>
  );
}
