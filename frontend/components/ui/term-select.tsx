'use client';

import type { Term } from '@/lib/api/types';
import { termKey, termLabel } from '@/lib/terms';
import { Select } from './field';

interface TermSelectProps {
  terms: readonly Term[];
  term: Term | undefined;
  onChange: (key: string) => void;
  className?: string;
}

export function TermSelect({ terms, term, onChange, className }: TermSelectProps) {
  return (
    <Select
      aria-label="Term"
      value={term ? termKey(term) : ''}
      onChange={(event) => onChange(event.target.value)}
      className={className}
    >
      {!term && <option value="">Term</option>}
      {terms.map((option) => (
        <option key={termKey(option)} value={termKey(option)}>
          {termLabel(option)}
          {option.is_current ? ' (now)' : ''}
        </option>
      ))}
    </Select>
  );
}
