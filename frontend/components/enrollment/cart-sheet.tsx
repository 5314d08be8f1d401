'use client';

import { useQuery } from '@tanstack/react-query';
import { MiniWeek } from '@/components/schedule/mini-week';
import { Dialog } from '@/components/ui/dialog';
import { institution } from '@/lib/api/terms';
import type { Term } from '@/lib/api/types';
import { DAYS, isDay } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import type { Cart } from '@/lib/use-cart';
import type { MyCourses } from '@/lib/use-my-courses';
import { CartPanel } from './cart-panel';

interface CartSheetProps {
  cart: Cart;
  mine: MyCourses;
  term: Term;
  onClose: () => void;
}

export function CartSheet({ cart, mine, term, onClose }: CartSheetProps) {
  const teaching = useQuery(institution).data?.teaching_days;
  return (
    <Dialog title={`Cart for ${termLabel(term)}`} onClose={onClose} wide>
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-[minmax(0,1fr)_15rem]">
        <div>
          <CartPanel cart={cart} term={term} onDone={onClose} />
        </div>
        <div>
          <h2 className="mb-2 text-sm font-semibold">Your week with it</h2>
          <MiniWeek
            held={mine.held}
            waiting={mine.waiting}
            planned={cart.courses}
            days={teaching?.filter(isDay) ?? DAYS.slice(0, 5)}
          />
        </div>
      </div>
    </Dialog>
  );
}
