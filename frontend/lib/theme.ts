'use client';

import { useSyncExternalStore } from 'react';
import { THEME_KEY as KEY } from './theme-script';

export type Theme = 'system' | 'light' | 'dark';

const changed = 'uems-theme-changed';

function read(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

function paint() {
  const theme = read();
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

function subscribe(listener: () => void) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const update = () => {
    paint();
    listener();
  };
  system.addEventListener('change', update);
  window.addEventListener('storage', update);
  window.addEventListener(changed, update);
  return () => {
    system.removeEventListener('change', update);
    window.removeEventListener('storage', update);
    window.removeEventListener(changed, update);
  };
}

export function setTheme(theme: Theme) {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is left.
  }
  window.dispatchEvent(new Event(changed));
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, read, () => 'system');
}
