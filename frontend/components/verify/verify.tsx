'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState, useSyncExternalStore } from 'react';
import { TextArea } from '@/components/ui/field';
import { LoadFailure } from '@/components/ui/load-failure';
import { ThemeButton } from '@/components/ui/theme-button';
import { checkOf, signingKeys } from '@/lib/api/transcripts';
import { paths } from '@/lib/paths';
import type { TranscriptFile } from '@/lib/transcript-code';
import { useDebounced } from '@/lib/use-debounced';
import { FileDrop } from './file-drop';
import { Verdict } from './verdict';

function onHash(listener: () => void) {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** For everybody who is shown a transcript. The code may stand behind a # in the address, which no server sees. */
export function Verify() {
  const hash = useSyncExternalStore(
    onHash,
    () => window.location.hash.slice(1),
    () => '',
  );
  return (
    <>
      <div className="flex items-center justify-between">
        <Link href={paths.root} className="font-semibold tracking-tight">
          UEMS
        </Link>
        <ThemeButton />
      </div>
      <h1 className="mt-6 text-2xl font-semibold">Check a transcript</h1>
      <p className="mt-1 text-muted">
        Paste the code that is printed at its end. It is checked in this browser, without being sent anywhere;
        only an old browser has to ask the server.
      </p>
      <Check key={hash} given={decode(hash)} />
    </>
  );
}

function decode(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

function Check({ given }: { given: string }) {
  const [code, setCode] = useState(given);
  const [file, setFile] = useState<(TranscriptFile & { name: string }) | null>(null);
  const settled = useDebounced(code, 150);
  useQuery(signingKeys);
  const checked = useQuery(checkOf(settled, file && { transcript: file.transcript, code: file.code }));

  const take = (next: (TranscriptFile & { name: string }) | null) => {
    setFile(next);
    if (next?.code && !code.trim()) setCode(next.code);
  };
  return (
    <div className="mt-5 grid gap-4">
      <TextArea
        className="[&_textarea]:font-mono [&_textarea]:text-sm [&_textarea]:break-all"
        label="Code"
        rows={7}
        spellCheck={false}
        autoComplete="off"
        placeholder="UEMS1.…"
        hint="Spaces and line ends do not count."
        value={code}
        onChange={({ target }) => setCode(target.value)}
      />
      <FileDrop name={file?.name ?? null} onFile={take} />
      <div aria-live="polite" className="min-h-40">
        {checked.error ? (
          <LoadFailure error={checked.error} retry={checked.refetch} />
        ) : (
          settled.trim() !== '' &&
          checked.data && <Verdict checked={checked.data} fileName={file?.name ?? null} />
        )}
      </div>
    </div>
  );
}
