import type { Metadata } from 'next';
import { Verify } from '@/components/verify/verify';

export const metadata: Metadata = { title: 'Check a transcript' };

export default function VerifyPage() {
  return (
    <main className="mx-auto min-h-dvh w-full max-w-2xl px-4 py-8 sm:py-14">
      <Verify />
    </main>
  );
}
