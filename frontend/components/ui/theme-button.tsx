'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { setTheme, useTheme, type Theme } from '@/lib/theme';
import { IconButton } from './button';

const steps: Record<Theme, { next: Theme; icon: typeof Sun; name: string }> = {
  system: { next: 'light', icon: Monitor, name: 'system' },
  light: { next: 'dark', icon: Sun, name: 'light' },
  dark: { next: 'system', icon: Moon, name: 'dark' },
};

export function ThemeButton({ className }: { className?: string }) {
  const { next, icon: Icon, name } = steps[useTheme()];
  return (
    <IconButton
      label={`Theme: ${name}. Switch to ${steps[next].name}`}
      className={className}
      onClick={() => setTheme(next)}
    >
      <Icon aria-hidden className="size-4" />
    </IconButton>
  );
}
