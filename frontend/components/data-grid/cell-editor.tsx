'use client';

import { useEffect, useRef, type KeyboardEvent } from 'react';

interface CellEditorProps {
  label: string;
  text: string;
  overwrites: boolean;
  align: string;
  onFinish: (text: string | null, then: { key: string; shiftKey: boolean } | null) => void;
}

/** The field a cell becomes while it is typed in. Leaving it by any way but Escape keeps what was typed. */
export function CellEditor({ label, text, overwrites, align, onFinish }: CellEditorProps) {
  const input = useRef<HTMLInputElement>(null);
  const finished = useRef(false);

  useEffect(() => {
    finished.current = false;
    input.current?.focus({ preventScroll: true });
    if (!overwrites) input.current?.select();
  }, [overwrites]);

  const finish = (value: string | null, then: { key: string; shiftKey: boolean } | null) => {
    if (finished.current) return;
    finished.current = true;
    onFinish(value, then);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key, shiftKey, currentTarget } = event;
    const leaves =
      key === 'Enter' ||
      key === 'Tab' ||
      (overwrites && key.startsWith('Arrow') && !event.ctrlKey && !shiftKey) ||
      key === 'ArrowUp' ||
      key === 'ArrowDown';
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    if (leaves) {
      event.preventDefault();
      finish(currentTarget.value, { key, shiftKey });
    } else if (key === 'Escape') {
      event.preventDefault();
      finish(null, null);
    }
  };

  return (
    <input
      ref={input}
      aria-label={label}
      defaultValue={text}
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      onKeyDown={onKeyDown}
      onBlur={(event) => finish(event.currentTarget.value, null)}
      onCopy={(event) => event.stopPropagation()}
      onCut={(event) => event.stopPropagation()}
      onPaste={(event) => event.stopPropagation()}
      className={`absolute inset-0 z-20 bg-surface px-2 text-sm tabular-nums outline-2 -outline-offset-2 outline-accent ${align}`}
    />
  );
}
