'use client';

import { Info } from 'lucide-react';
import { useId, useState } from 'react';

/**
 * What a number means, behind a small button. It spans its nearest positioned ancestor, so that it never leaves the
 * screen; the pointer may move onto it, and Escape closes it (WCAG 1.4.13).
 */
export function Meaning({ of, children }: { of: string; children: string }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <span onMouseLeave={() => setOpen(false)}>
      <button
        type="button"
        aria-label={`What “${of}” means`}
        aria-expanded={open}
        aria-describedby={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onMouseEnter={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
        className="-my-1 grid size-6 place-items-center rounded-md text-muted hover:text-ink pointer-coarse:-my-3 pointer-coarse:size-11"
      >
        <Info aria-hidden className="size-3.5" />
      </button>
      {open && (
        <span
          id={id}
          role="tooltip"
          className="absolute inset-x-2 top-9 z-20 block rounded-md border border-line bg-surface p-3 text-left text-sm font-normal text-ink shadow-float"
        >
          {children}
        </span>
      )}
    </span>
  );
}
