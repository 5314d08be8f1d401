'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useLeaveGuard } from '@/lib/unsaved';
import { Confirm } from './confirm';

/** Rendered by a page that holds work of its own; silent while there is none. */
export function LeaveGuard({ unsaved, what }: { unsaved: boolean; what: string }) {
  const router = useRouter();
  const [go, setGo] = useState<(() => void) | null>(null);
  useLeaveGuard(unsaved, (next) => setGo(() => next), router.push);
  if (!go) return null;
  return (
    <Confirm
      title="Leave without saving?"
      confirm="Leave"
      onConfirm={() => {
        setGo(null);
        go();
      }}
      onClose={() => setGo(null)}
    >
      {what}
    </Confirm>
  );
}
