'use client';

import type { ReactNode } from 'react';
import { Button, type Look } from './button';

interface FormActionsProps {
  submit: string;
  /** While it is on its way. */
  busyText: string;
  busy: boolean;
  look?: Look;
  disabledReason?: string | null;
  onCancel: () => void;
  /** Something rarer, at the other end. */
  aside?: ReactNode;
}

/** The end of every form in a dialog: the way out, then the way on. */
export function FormActions({
  submit,
  busyText,
  busy,
  look = 'primary',
  disabledReason,
  onCancel,
  aside,
}: FormActionsProps) {
  return (
    <div className="flex flex-wrap gap-2">
      {aside}
      <div className="ml-auto flex gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look={look} busy={busy} disabledReason={disabledReason}>
          {busy ? busyText : submit}
        </Button>
      </div>
    </div>
  );
}
