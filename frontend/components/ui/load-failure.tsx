'use client';

import { toProblem } from '@/lib/api/problem';
import { Button } from './button';
import { Notice } from './notice';

export function LoadFailure({ error, retry }: { error: unknown; retry: () => unknown }) {
  return (
    <Notice
      title={toProblem(error).message}
      action={<Button onClick={() => void retry()}>Try again</Button>}
    />
  );
}
