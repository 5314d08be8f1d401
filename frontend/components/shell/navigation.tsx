'use client';

import { CircleHelp, CircleUser, Ellipsis, LogOut, Search } from 'lucide-react';
import Link from 'next/link';
import { IconButton } from '@/components/ui/button';
import { ThemeButton } from '@/components/ui/theme-button';
import { signOut } from '@/lib/api/auth';
import type { User } from '@/lib/api/types';
import { paths } from '@/lib/paths';
import { leave } from '@/lib/unsaved';
import { forBar, isCurrent, type NavItem } from './nav';

interface Position {
  items: NavItem[];
  pathname: string;
}

const roleNames = { admin: 'Administrator', teacher: 'Teacher', student: 'Student' };

export function Sidebar({
  user,
  items,
  pathname,
  onPalette,
  onHelp,
}: Position & { user: User; onPalette: () => void; onHelp: () => void }) {
  return (
    <header className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface px-3 py-4 md:flex print:hidden!">
      <Link href={paths.home} className="rounded px-2 text-base font-semibold tracking-tight">
        UEMS
      </Link>
      <button
        type="button"
        onClick={onPalette}
        className="mt-4 flex h-8 items-center gap-2 rounded-md border border-line px-2 text-sm text-muted hover:bg-sunken"
      >
        <Search aria-hidden className="size-3.5" />
        <span className="flex-1 text-left">Go to…</span>
        <kbd className="kbd">Ctrl K</kbd>
      </button>
      <nav aria-label="Main" className="mt-3 flex flex-col gap-0.5">
        {items.map((item) => (
          <Link
            key={item.href}
            href={item.href}
            aria-current={isCurrent(item, pathname) ? 'page' : undefined}
            className="flex h-8 items-center gap-2.5 rounded-md px-2 text-base text-muted hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-medium aria-[current=page]:text-ink"
          >
            <item.icon aria-hidden className="size-4" />
            {item.label}
          </Link>
        ))}
      </nav>
      <div className="mt-auto">
        <Link
          href={paths.profile}
          aria-current={pathname === paths.profile ? 'page' : undefined}
          className="block rounded-md px-2 py-1.5 hover:bg-sunken aria-[current=page]:bg-sunken"
        >
          <span className="block truncate text-sm font-medium">{user.full_name}</span>
          <span className="block truncate text-xs text-muted">{roleNames[user.role]}</span>
        </Link>
        <div className="mt-1 flex items-center">
          <ThemeButton />
          <IconButton label="Keyboard shortcuts" onClick={onHelp}>
            <CircleHelp aria-hidden className="size-4" />
          </IconButton>
          <IconButton label="Sign out" className="ml-auto" onClick={() => leave(() => void signOut())}>
            <LogOut aria-hidden className="size-4" />
          </IconButton>
        </div>
      </div>
    </header>
  );
}

export function TopBar({ user, onPalette }: { user: User; onPalette: () => void }) {
  return (
    <header className="sticky top-0 z-20 flex h-13 items-center gap-1 border-b border-line bg-surface pr-2 pl-4 md:hidden print:hidden!">
      <Link href={paths.home} className="mr-auto py-3 text-base font-semibold tracking-tight">
        UEMS
      </Link>
      <IconButton label="Go to…" onClick={onPalette} className="size-11">
        <Search aria-hidden className="size-5" />
      </IconButton>
      <ThemeButton className="size-11" />
      <Link
        href={paths.profile}
        aria-label={`Profile of ${user.full_name}`}
        className="grid size-11 place-items-center rounded-md text-muted"
      >
        <CircleUser aria-hidden className="size-5" />
      </Link>
    </header>
  );
}

const barItem =
  'flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium text-muted aria-[current=page]:text-accent';

export function BottomBar({ items, pathname }: Position) {
  const { shown, more } = forBar(items);
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden print:hidden"
    >
      {shown.map((item) => (
        <Link
          key={item.href}
          href={item.href}
          aria-current={isCurrent(item, pathname) ? 'page' : undefined}
          className={barItem}
        >
          <item.icon aria-hidden className="size-5" />
          {item.label}
        </Link>
      ))}
      {more.length > 0 && <MoreItems key={pathname} items={more} pathname={pathname} />}
    </nav>
  );
}

/** The browser's own popover: it closes by Escape and by a tap beside it, and a new page closes it by its key. */
function MoreItems({ items, pathname }: Position) {
  const current = items.some((item) => isCurrent(item, pathname));
  return (
    <>
      <button
        type="button"
        popoverTarget="more-pages"
        className={`${barItem} ${current ? 'text-accent!' : ''}`}
      >
        <Ellipsis aria-hidden className="size-5" />
        More
      </button>
      <div
        id="more-pages"
        popover="auto"
        className="inset-auto right-2 bottom-16 mb-[env(safe-area-inset-bottom)] w-52 rounded-lg border border-line bg-surface p-1 text-ink shadow-float"
      >
        {items.map((item) => (
          <Link
            key={item.href}
            href={item.href}
            aria-current={isCurrent(item, pathname) ? 'page' : undefined}
            className="flex h-11 items-center gap-3 rounded-md px-3 text-base aria-[current=page]:bg-sunken aria-[current=page]:font-medium"
          >
            <item.icon aria-hidden className="size-4.5 text-muted" />
            {item.label}
          </Link>
        ))}
      </div>
    </>
  );
}
