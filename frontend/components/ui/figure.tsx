import type { ReactNode } from 'react';
import { Meaning } from './meaning';

interface FigureProps {
  name: string;
  meaning: string;
  /** Absent while it is fetched: its room is kept. */
  value: ReactNode | undefined;
  detail?: ReactNode;
}

/** One number with its name, what it means, and what it is made of. */
export function Figure({ name, meaning, value, detail }: FigureProps) {
  return (
    <div className="card relative flex min-w-0 flex-col px-4 py-3">
      <dt className="flex items-center justify-between gap-2 text-sm text-muted">
        {name}
        <Meaning of={name}>{meaning}</Meaning>
      </dt>
      <dd className="flex min-w-0 flex-1 flex-col">
        <span className="block min-h-8 text-2xl leading-8 font-semibold wrap-anywhere tabular-nums max-sm:text-xl max-sm:leading-8">
          {value ?? <span aria-hidden className="skeleton mt-1.5 block h-5 w-16" />}
        </span>
        {detail !== undefined && (
          <span className="mt-0.5 block min-h-4 text-xs text-muted tabular-nums">{detail}</span>
        )}
      </dd>
    </div>
  );
}

const across = {
  3: 'sm:grid-cols-3',
  4: 'grid-cols-2 lg:grid-cols-4',
  5: 'grid-cols-2 lg:grid-cols-5',
  6: 'grid-cols-2 lg:grid-cols-3 2xl:grid-cols-6',
};

/** So many side by side where there is room; on a phone two, or one where there are only three. */
export function Figures({
  label,
  count,
  children,
}: {
  label: string;
  count: keyof typeof across;
  children: ReactNode;
}) {
  return (
    <dl aria-label={label} className={`grid gap-3 ${across[count]}`}>
      {children}
    </dl>
  );
}
