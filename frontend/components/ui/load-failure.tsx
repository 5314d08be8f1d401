'use client';

import { explain } from '@/lib/api/explain';
import { Button } from './button';
import { Notice } from './notice';

export function LoadFailure({ error, retry }: { error: unknown; retry: () => unknown }) {
  return <Notice title={explain(error)} action={<Button onClick={() => void retry()}>Try again</Button>} />;
}
