'use client';

import { useMemo, useSyncExternalStore } from 'react';
import type { TermId } from './terms';
import { termKey } from './terms';

/** What someone means to take, by term: ids of sections in the order they were put in. Kept in this browser only. */
type Carts = Record<string, string[]>;

/** As many as the server takes at once. */
export const CART_SIZE = 20;

const keyOf = (userId: string) => `uems-cart-${userId}`;
const changed = 'uems-cart-changed';
/** Where storage is forbidden, the cart lasts as long as the tab. */
const unstored = new Map<string, string>();

function read(userId: string): string {
  try {
    return localStorage.getItem(keyOf(userId)) ?? unstored.get(userId) ?? '';
  } catch {
    return unstored.get(userId) ?? '';
  }
}

function write(userId: string, carts: Carts) {
  const full = Object.fromEntries(Object.entries(carts).filter(([, ids]) => ids.length > 0));
  const text = JSON.stringify(full);
  try {
    localStorage.setItem(keyOf(userId), text);
  } catch {
    unstored.set(userId, text);
  }
  window.dispatchEvent(new Event(changed));
}

/** Whatever is not a cart is none: other programs and older versions write there too. */
export function parseCarts(text: string): Carts {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([term, ids]) => {
        const strings = Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [];
        return strings.length > 0 ? [[term, [...new Set(strings)].slice(0, CART_SIZE)]] : [];
      }),
    );
  } catch {
    return {};
  }
}

function subscribe(listener: () => void) {
  window.addEventListener(changed, listener);
  window.addEventListener('storage', listener);
  return () => {
    window.removeEventListener(changed, listener);
    window.removeEventListener('storage', listener);
  };
}

const none: string[] = [];

export function useCartIds(userId: string, term: TermId | undefined): string[] {
  const text = useSyncExternalStore(
    subscribe,
    () => read(userId),
    () => '',
  );
  const key = term ? termKey(term) : '';
  return useMemo(() => parseCarts(text)[key] ?? none, [text, key]);
}

function change(userId: string, term: TermId, how: (ids: string[]) => string[]) {
  const carts = parseCarts(read(userId));
  write(userId, { ...carts, [termKey(term)]: how(carts[termKey(term)] ?? []) });
}

export function putInCart(userId: string, course: TermId & { id: string }) {
  change(userId, course, (ids) => [...ids.filter((id) => id !== course.id), course.id]);
}

export function takeFromCart(userId: string, term: TermId, gone: readonly string[]) {
  change(userId, term, (ids) => ids.filter((id) => !gone.includes(id)));
}
