'use client';

import { ShoppingCart } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { nothing } from '@/components/ui/nothing';
import type { Term } from '@/lib/api/types';
import { formatCount, plural } from '@/lib/numbers';
import type { Cart } from '@/lib/use-cart';
import type { MyCourses } from '@/lib/use-my-courses';
import { credits } from './cart-panel';

const CartSheet = dynamic(() => import('./cart-sheet').then((module) => module.CartSheet), {
  loading: nothing,
});

interface CartBarProps {
  cart: Cart;
  mine: MyCourses;
  term: Term;
  className?: string;
}

/** Where the week and the cart do not fit beside the list: what is in it, and the way to it. */
export function CartBar({ cart, mine, term, className = '' }: CartBarProps) {
  const [open, setOpen] = useState(false);
  const clashing = cart.courses.filter(({ id }) => cart.clashesOf(id).length > 0).length;
  if (cart.courses.length === 0) return null;
  return (
    <>
      <div aria-hidden className={`h-18 ${className}`} />
      <section
        aria-label="Cart"
        className={`card fixed inset-x-3 bottom-[calc(4rem+env(safe-area-inset-bottom))] z-10 flex items-center gap-3 py-2 pr-2 pl-4 shadow-float md:inset-x-auto md:right-6 md:bottom-6 ${className}`}
      >
        <ShoppingCart aria-hidden className="size-4 shrink-0 text-accent" />
        <p className="min-w-0 flex-1 text-sm md:mr-4">
          <span className="font-medium">{plural(cart.courses.length, 'course')}</span>
          <span className="text-muted"> · {credits(cart.courses)}</span>
          {clashing > 0 && (
            <span className="block text-xs font-medium text-warn">
              {clashing === 1 ? 'One of them clashes' : `${formatCount(clashing)} of them clash`}
            </span>
          )}
        </p>
        <Button look="primary" onClick={() => setOpen(true)}>
          Open the cart
        </Button>
        {open && <CartSheet cart={cart} mine={mine} term={term} onClose={() => setOpen(false)} />}
      </section>
    </>
  );
}
