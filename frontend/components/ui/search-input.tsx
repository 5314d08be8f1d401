'use client';

import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

interface SearchInputProps {
  label: string;
  placeholder: string;
  value: string;
  /** Called when typing pauses; the address follows without a step in the history for each letter. */
  onSearch: (text: string) => void;
  className?: string;
}

const PAUSE_MS = 180;

export function SearchInput({ label, placeholder, value, onSearch, className = '' }: SearchInputProps) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // Back and forward change the address under the field.
  if (value !== seen) {
    setSeen(value);
    if (value !== text.trim()) setText(value);
  }

  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(next.trim()), PAUSE_MS);
  };

  return (
    <div className={`relative ${className}`}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => change(event.target.value)}
        className="input pr-8 pl-8.5 [&::-webkit-search-cancel-button]:hidden"
      />
      <kbd
        aria-hidden
        className="kbd pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 pointer-coarse:hidden"
      >
        /
      </kbd>
    </div>
  );
}
