import type { ReactNode } from 'react';

/** Reserves the height of its second line, which often waits for data. */
export function PageHeader({
  title,
  summary,
  children,
}: {
  title: ReactNode;
  summary?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold">{title}</h1>
        {summary !== undefined && <p className="min-h-5.5 text-base text-muted tabular-nums">{summary}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}
