import Link from 'next/link';
import type { ReactNode } from 'react';

export function Panel({
  title,
  link,
  children,
}: {
  title: string;
  link?: { href: string; label: string };
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="card overflow-hidden">
      <div className="flex min-h-11 items-center justify-between gap-3 border-b border-line px-4">
        <h2 className="text-base font-semibold">{title}</h2>
        {link && (
          <Link
            href={link.href}
            className="text-sm text-muted underline-offset-2 hover:text-ink hover:underline pointer-coarse:py-3"
          >
            {link.label}
          </Link>
        )}
      </div>
      {children}
    </section>
  );
}
