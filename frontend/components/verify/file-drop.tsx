'use client';

import { FileCheck, X } from 'lucide-react';
import { useId, useState, type DragEvent } from 'react';
import { IconButton } from '@/components/ui/button';
import { readFile, type TranscriptFile } from '@/lib/transcript-code';

interface FileDropProps {
  name: string | null;
  onFile: (file: (TranscriptFile & { name: string }) | null) => void;
}

const LARGEST = 2_000_000;

/** A saved transcript, to be compared with what was signed. It is read here and sent nowhere. */
export function FileDrop({ name, onFile }: FileDropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState('');

  const take = async (file: File | undefined) => {
    setOver(false);
    if (!file) return;
    const read = file.size > LARGEST ? null : readFile(await file.text());
    setWrong(read ? '' : `${file.name} is not a transcript saved from UEMS.`);
    onFile(read && { ...read, name: file.name });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div>
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`flex min-h-14 flex-wrap items-center gap-3 rounded-md border border-dashed px-4 py-2.5 ${over ? 'border-accent bg-accent-soft' : 'border-edge'}`}
      >
        <FileCheck aria-hidden className="size-4.5 shrink-0 text-muted" />
        {name ? (
          <>
            <span className="min-w-0 flex-1 truncate text-sm font-medium">{name}</span>
            <IconButton label="Take the file away" onClick={() => onFile(null)}>
              <X aria-hidden className="size-4" />
            </IconButton>
          </>
        ) : (
          <p className="min-w-0 flex-1 text-sm text-muted">
            <label
              htmlFor={id}
              className="cursor-pointer font-medium text-accent underline underline-offset-2 has-focus-visible:outline-2 pointer-coarse:block pointer-coarse:py-2.5"
            >
              Choose a saved transcript
              <input
                id={id}
                type="file"
                accept=".json,application/json"
                className="sr-only"
                onChange={({ target }) => void take(target.files?.[0])}
              />
            </label>{' '}
            or drop it here, to see that every line of it is as it was signed (optional).
          </p>
        )}
      </div>
      {wrong && (
        <p role="alert" className="mt-1.5 text-xs font-medium text-bad">
          {wrong}
        </p>
      )}
    </div>
  );
}
