'use client';

import { useId, type ComponentProps, type ReactNode } from 'react';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string;
  className?: string;
}

interface Wiring {
  id: string;
  'aria-invalid': true | undefined;
  'aria-describedby': string | undefined;
}

/** Label above, hint and error below, tied together for screen readers. */
export function Field({
  label,
  hint,
  error,
  className = '',
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const notes = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(' ');
  return (
    <div className={`flex min-w-0 flex-col gap-1.5 ${className}`}>
      <label htmlFor={id} className="label">
        {label}
      </label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': notes || undefined })}
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

type Own<T extends 'input' | 'textarea' | 'select'> = FieldProps &
  Omit<ComponentProps<T>, 'className' | 'id'>;

export function TextField({ label, hint, error, className, ...input }: Own<'input'>) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(wiring) => <input {...input} {...wiring} className="input" />}
    </Field>
  );
}

export function TextArea({ label, hint, error, className, ...area }: Own<'textarea'>) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(wiring) => <textarea rows={4} {...area} {...wiring} className="input h-auto! py-2 leading-relaxed" />}
    </Field>
  );
}

/** The platform's own list: best on phones, and nothing to load. */
export function SelectField({ label, hint, error, className, ...select }: Own<'select'>) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(wiring) => <Select {...select} {...wiring} />}
    </Field>
  );
}

export function Select({ className = '', ...select }: ComponentProps<'select'>) {
  return <select {...select} className={`input appearance-none select-arrow pr-8 ${className}`} />;
}

export function Checkbox({
  label,
  hint,
  className = '',
  ...input
}: { label: string; hint?: string } & Omit<ComponentProps<'input'>, 'type' | 'id'>) {
  const id = useId();
  return (
    <div className={`flex items-start gap-2.5 ${className}`}>
      <input
        {...input}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-4.5 shrink-0 accent-accent pointer-coarse:size-6"
      />
      <div>
        <label htmlFor={id} className="text-base pointer-coarse:leading-7">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="hint">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
