'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { isTyping, singleKeysOn } from '@/lib/shortcuts';
import { leave } from '@/lib/unsaved';
import type { NavItem } from './nav';

const CHORD_MS = 1200;

/** Ctrl-K anywhere; `/`, `?` and `g` + letter where nobody is typing. */
export function useShellKeys(items: NavItem[], open: (what: 'palette' | 'help') => void) {
  const router = useRouter();
  const chordUntil = useRef(0);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Fetched while the finger is on its way to K, so that what is typed next is not lost.
      if (event.key === 'Control' || event.key === 'Meta') void import('./command-palette');
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        return open('palette');
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !singleKeysOn()) return;

      const target = event.timeStamp < chordUntil.current && items.find((item) => item.key === event.key);
      chordUntil.current = event.key === 'g' ? event.timeStamp + CHORD_MS : 0;
      if (target) return leave(() => router.push(target.href));

      if (event.key === '?') return open('help');
      if (event.key !== '/') return;
      const search = document.querySelector<HTMLInputElement>('main input[type=search]');
      event.preventDefault();
      if (search) search.focus();
      else open('palette');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [items, open, router]);
}
