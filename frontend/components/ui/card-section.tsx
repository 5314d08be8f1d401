import type { ReactNode } from 'react';
import { Meaning } from './meaning';

/** A card with a heading, and what its numbers mean. */
export function CardSection({
  title,
  meaning,
  aside,
  flush,
  children,
}: {
  title: string;
  meaning?: string;
  aside?: ReactNode;
  /** The content reaches the edges, as a table does. */
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="card relative min-w-0">
      <div className="flex min-h-11 flex-wrap items-center gap-1.5 px-4 pt-1">
        <h2 className="text-base font-semibold">{title}</h2>
        {meaning && <Meaning of={title}>{meaning}</Meaning>}
        {aside && <div className="ml-auto max-sm:w-full">{aside}</div>}
      </div>
      <div className={flush ? '' : 'px-4 pt-1 pb-4'}>{children}</div>
    </section>
  );
}
