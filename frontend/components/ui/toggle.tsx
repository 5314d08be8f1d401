'use client';

import type { ReactNode } from 'react';

/** A filter that is on or off; pressed state is shown by more than colour. */
export function Toggle({
  on,
  onChange,
  children,
}: {
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className="inline-flex h-9 shrink-0 items-center gap-2 rounded-md border border-edge bg-surface px-3 text-base whitespace-nowrap text-ink hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:font-medium pointer-coarse:h-11"
    >
      <span
        aria-hidden
        className={`grid size-3.5 place-items-center rounded-sm border text-2xs leading-none ${on ? 'border-accent bg-accent text-on-accent' : 'border-edge'}`}
      >
        {on && '✓'}
      </span>
      {children}
    </button>
  );
}
