'use client';

import Link from 'next/link';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { toast } from './toast-queue';

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-deep border-transparent',
  plain: 'border-line bg-surface text-ink hover:bg-sunken',
  quiet: 'border-transparent text-muted hover:bg-sunken hover:text-ink',
  danger: 'border-line bg-surface text-bad hover:bg-bad-soft',
};

const shape =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors pointer-coarse:h-11 aria-disabled:cursor-not-allowed';
const sizes = { normal: 'h-9 px-3.5 text-base', small: 'h-8 px-2.5 text-sm pointer-coarse:px-3.5' };
const off = 'border-line bg-sunken text-muted';

export type Look = keyof typeof looks;

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  look?: Look;
  size?: keyof typeof sizes;
  /** Why it cannot be pressed. It keeps its place in the tab order and says so when tried. */
  disabledReason?: string | null;
  busy?: boolean;
  children: ReactNode;
}

export function Button({
  look = 'plain',
  size = 'normal',
  disabledReason,
  busy,
  className = '',
  onClick,
  type = 'button',
  children,
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const described = [rest['aria-describedby'], disabledReason ? reasonId : null].filter(Boolean).join(' ');
  return (
    <>
      <button
        {...rest}
        type={type}
        aria-disabled={disabledReason || busy ? true : undefined}
        aria-busy={busy || undefined}
        aria-describedby={described || undefined}
        title={disabledReason ?? rest.title}
        className={`${shape} ${sizes[size]} ${disabledReason ? off : looks[look]} ${className}`}
        onClick={(event) => {
          if (!disabledReason && !busy) return onClick?.(event);
          event.preventDefault();
          if (disabledReason) toast({ tone: 'note', title: disabledReason });
        }}
      >
        {children}
      </button>
      {disabledReason && (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      )}
    </>
  );
}

export function LinkButton({
  look = 'plain',
  className = '',
  ...rest
}: ComponentProps<typeof Link> & { look?: Look }) {
  return <Link {...rest} className={`${shape} ${sizes.normal} ${looks[look]} ${className}`} />;
}

/** A square with a picture only; the name is for those who do not see it. */
export function IconButton({ label, className = '', ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`grid size-9 shrink-0 place-items-center rounded-md text-muted transition-colors hover:bg-sunken hover:text-ink pointer-coarse:size-11 ${className}`}
    />
  );
}
