import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Transcript } from '@/components/transcript/transcript';

export const metadata: Metadata = { title: 'Transcript' };

export default function TranscriptPage() {
  return (
    <Suspense>
      <Transcript />
    </Suspense>
  );
}
