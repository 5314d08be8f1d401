'use client';

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { formatCount } from '@/lib/numbers';
import { Button } from './button';

interface PagerProps {
  page: number;
  pageSize: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pager({ page, pageSize, total, onPage }: PagerProps) {
  const last = Math.max(1, Math.ceil(total / pageSize));
  if (last === 1) return null;
  const first = (page - 1) * pageSize + 1;
  return (
    <nav aria-label="Pages" className="mt-3 flex items-center justify-between gap-3">
      <Button disabledReason={page <= 1 ? 'This is the first page' : null} onClick={() => onPage(page - 1)}>
        <ChevronLeft aria-hidden className="size-4" /> Previous
      </Button>
      <p className="text-sm text-muted tabular-nums">
        {formatCount(Math.min(first, total))}–{formatCount(Math.min(page * pageSize, total))} of{' '}
        {formatCount(total)}
      </p>
      <Button disabledReason={page >= last ? 'This is the last page' : null} onClick={() => onPage(page + 1)}>
        Next <ChevronRight aria-hidden className="size-4" />
      </Button>
    </nav>
  );
}
