import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { parseCarts, putInCart, takeFromCart, useCartIds } from './cart';

const fall = { semester: 'fall', year: 2026 } as const;
const spring = { semester: 'spring', year: 2027 } as const;

beforeEach(() => localStorage.clear());

test('a cart is kept by person and term, and what is put in twice is in it once', () => {
  const { result } = renderHook(() => useCartIds('ada', fall));
  act(() => {
    putInCart('ada', { id: 'a', ...fall });
    putInCart('ada', { id: 'b', ...fall });
    putInCart('ada', { id: 'a', ...fall });
    putInCart('ada', { id: 'c', ...spring });
    putInCart('joan', { id: 'd', ...fall });
  });
  expect(result.current).toEqual(['b', 'a']);
  act(() => takeFromCart('ada', fall, ['b', 'never there']));
  expect(result.current).toEqual(['a']);
  // A reload reads what was stored.
  expect(renderHook(() => useCartIds('ada', spring)).result.current).toEqual(['c']);
});

test.each(['', 'null', '[]', '{"fall-2026": "x"}', '{"fall-2026": [1, null]}', '{'])(
  'what is no cart is an empty one: %s',
  (text) => expect(parseCarts(text)).toEqual({}),
);

test('a cart holds no more than the server takes', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `id-${index}`);
  expect(parseCarts(JSON.stringify({ 'fall-2026': [...ids, ...ids] }))['fall-2026']).toHaveLength(20);
});
