'use client';

import { useState } from 'react';

interface PhoneScoreProps {
  label: string;
  text: string;
  wrong: boolean;
  changed: boolean;
  onType: (text: string) => void;
}

/** While somebody types, the field shows their letters: "8." must not become "8" because it means the same. */
export function PhoneScore({ label, text, wrong, changed, onType }: PhoneScoreProps) {
  const [typing, setTyping] = useState<string | null>(null);
  return (
    <input
      aria-label={label}
      inputMode="decimal"
      autoComplete="off"
      enterKeyHint="next"
      value={typing ?? text}
      aria-invalid={wrong || undefined}
      onChange={({ target }) => {
        setTyping(target.value);
        onType(target.value);
      }}
      onBlur={() => setTyping(null)}
      className={`input w-24! text-right tabular-nums ${changed ? 'border-accent font-medium' : ''}`}
    />
  );
}
