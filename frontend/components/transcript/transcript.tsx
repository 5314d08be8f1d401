'use client';

import { useQuery } from '@tanstack/react-query';
import { Download, Printer } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { DocumentTitle } from '@/components/ui/document-title';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { toProblem } from '@/lib/api/problem';
import { transcriptOf } from '@/lib/api/transcripts';
import type { SignedTranscript } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { useQueryState } from '@/lib/query-state';
import { saveFile } from '@/lib/save-file';
import { TranscriptPaper } from './transcript-paper';

const defaults = { student: '' };

/** One's own; an administrator's is of the student in the address. */
export function Transcript() {
  const user = useUser();
  const [{ student }] = useQueryState(defaults);
  const id = user.role === 'student' ? user.id : student;
  const signed = useQuery({ ...transcriptOf(id), enabled: id !== '' && user.role !== 'teacher' });

  if (user.role === 'teacher' || id === '' || (signed.error && toProblem(signed.error).status === 404)) {
    return <NoTranscript admin={user.role === 'admin'} />;
  }
  const { data } = signed;
  return (
    <>
      {data && <DocumentTitle>{fileName(data)}</DocumentTitle>}
      <div className="print:hidden">
        <PageHeader
          title="Transcript"
          summary={
            data
              ? `${data.transcript.student.full_name}. Print it, or save it as PDF from the print dialog.`
              : ''
          }
        >
          <Button disabledReason={data ? null : 'It is still being made'} onClick={() => data && save(data)}>
            <Download aria-hidden className="size-4" /> Save as JSON
          </Button>
          <Button
            look="primary"
            disabledReason={data ? null : 'It is still being made'}
            onClick={() => window.print()}
          >
            <Printer aria-hidden className="size-4" /> Print
          </Button>
        </PageHeader>
      </div>
      <div className="mt-5 print:mt-0">
        {signed.error ? (
          <LoadFailure error={signed.error} retry={signed.refetch} />
        ) : data ? (
          <TranscriptPaper signed={data} />
        ) : (
          <div aria-busy="true" className="card mx-auto h-200 max-w-4xl" />
        )}
      </div>
    </>
  );
}

function NoTranscript({ admin }: { admin: boolean }) {
  return (
    <div className="card">
      <h1 className="sr-only">No transcript</h1>
      <Empty title="There is no transcript here">
        {admin
          ? 'Open a student under People and choose their transcript.'
          : 'Only students have one, and administrators see it.'}
      </Empty>
    </div>
  );
}

/** The browser proposes it for the PDF. */
function fileName({ transcript: { student, issued_at } }: SignedTranscript): string {
  return `Transcript ${student.full_name} ${issued_at.slice(0, 10)}`;
}

function save(signed: SignedTranscript) {
  const text = JSON.stringify(signed, null, 2);
  saveFile(`${fileName(signed)}.json`, new Blob([text], { type: 'application/json' }));
}
