'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';

type Value = string | number | boolean;
export type QueryState = Record<string, Value>;
/** `'' as string` in a table of defaults is a string, not the literal ''. */
type Widen<T> = { [K in keyof T]: T[K] extends string ? string : T[K] extends number ? number : boolean };

/** Reads what `defaults` names; anything unreadable falls back to its default. */
export function readQuery<T extends QueryState>(params: URLSearchParams, defaults: T): Widen<T> {
  const read = Object.entries(defaults).map(([key, fallback]): [string, Value] => {
    const raw = params.get(key);
    if (raw === null) return [key, fallback];
    if (typeof fallback === 'boolean') return [key, raw === 'true'];
    if (typeof fallback === 'string') return [key, raw];
    const number = Number(raw);
    return [key, Number.isInteger(number) && number > 0 ? number : fallback];
  });
  return Object.fromEntries(read) as Widen<T>;
}

/** Defaults stay out of the address, so that it is as short as what was asked for. */
export function writeQuery<T extends QueryState>(state: Widen<T>, defaults: T): string {
  const params = new URLSearchParams();
  for (const [key, fallback] of Object.entries(defaults)) {
    const value = state[key as keyof T] as Value;
    if (value !== fallback) params.set(key, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

/**
 * Page state that lives in the address. A change of anything but the page starts at page one.
 * The history API is used because the router would fetch the page's payload again.
 */
export function useQueryState<T extends QueryState>(defaults: T) {
  const params = useSearchParams();
  const state = useMemo(
    () => readQuery(new URLSearchParams(params.toString()), defaults),
    [params, defaults],
  );

  const update = useCallback(
    (change: Partial<Widen<T>>, how: 'push' | 'replace' = 'push') => {
      const now = readQuery(new URLSearchParams(window.location.search), defaults);
      const first = 'page' in defaults && !('page' in change) ? { page: defaults.page } : {};
      const search = writeQuery({ ...now, ...first, ...change } as Widen<T>, defaults);
      if (search === window.location.search) return;
      const address = window.location.pathname + search;
      if (how === 'push') window.history.pushState(null, '', address);
      else window.history.replaceState(null, '', address);
    },
    [defaults],
  );

  return [state, update] as const;
}
