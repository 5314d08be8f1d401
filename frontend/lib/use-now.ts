'use client';

import { useSyncExternalStore } from 'react';

const MINUTE = 60_000;

function subscribe(listener: () => void) {
  const timer = setInterval(listener, MINUTE / 4);
  return () => clearInterval(timer);
}

/** The time, to the minute. */
export function useNow(): Date {
  const minute = useSyncExternalStore(
    subscribe,
    () => Math.floor(Date.now() / MINUTE),
    () => 0,
  );
  return new Date(minute * MINUTE);
}
