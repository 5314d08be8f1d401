'use client';

import dynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { nothing } from '@/components/ui/nothing';
import { useUser } from '@/lib/auth';
import { navFor } from './nav';
import { BottomBar, Sidebar, TopBar } from './navigation';
import { useShellKeys } from './use-shell-keys';

const CommandPalette = dynamic(() => import('./command-palette').then((module) => module.CommandPalette), {
  loading: nothing,
});
const KeyboardHelp = dynamic(() => import('./keyboard-help').then((module) => module.KeyboardHelp), {
  loading: nothing,
});

export function Shell({ children }: { children: ReactNode }) {
  const user = useUser();
  const pathname = usePathname();
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const items = navFor(user.role);
  useShellKeys(items, setOpen);

  const openPalette = () => setOpen('palette');
  const close = () => setOpen(null);

  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[13rem_minmax(0,1fr)] print:block!">
      <a
        href="#main"
        className="absolute top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <Sidebar
        user={user}
        items={items}
        pathname={pathname}
        onPalette={openPalette}
        onHelp={() => setOpen('help')}
      />
      <TopBar user={user} onPalette={openPalette} />
      <main
        id="main"
        tabIndex={-1}
        className="min-w-0 px-4 pt-4 pb-24 outline-none md:px-6 md:pt-6 md:pb-8 print:p-0!"
      >
        {children}
      </main>
      <BottomBar items={items} pathname={pathname} />
      {open === 'palette' && <CommandPalette items={items} onClose={close} onHelp={() => setOpen('help')} />}
      {open === 'help' && <KeyboardHelp items={items} onClose={close} />}
    </div>
  );
}
