import type { ReactNode } from 'react';

const tones = {
  bad: 'border-bad/30 bg-bad-soft text-ink',
  warn: 'border-warn/30 bg-warn-soft text-ink',
  info: 'border-accent/25 bg-accent-soft text-ink',
};

export function Notice({
  tone = 'bad',
  title,
  children,
  action,
}: {
  tone?: keyof typeof tones;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border px-3.5 py-2.5 text-sm ${tones[tone]}`}
    >
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {children && <div className="mt-0.5 text-muted">{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** Nothing to show is said with what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-12 text-center">
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-prose text-sm text-muted">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
