'use client';

import { ShoppingCart } from 'lucide-react';
import { Button, IconButton } from '@/components/ui/button';
import { toast } from '@/components/ui/toast-queue';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { CART_SIZE, putInCart, takeFromCart, useCartIds } from '@/lib/cart';
import { courseLabel } from '@/lib/schedule';

/** Only where one could enrol, now or when registration opens. */
export function mayGoInCart(course: Course, term: Term | undefined): boolean {
  const mine = course.my_enrollment?.status;
  return course.is_active && term?.registration !== 'closed' && mine !== 'enrolled' && mine !== 'completed';
}

interface CartToggleProps {
  course: Course;
  /** With words, where there is room for them. */
  prominent?: boolean;
}

export function CartToggle({ course, prominent }: CartToggleProps) {
  const user = useUser();
  const ids = useCartIds(user.id, course);
  const inside = ids.includes(course.id);
  const label = courseLabel(course);
  const name = inside ? `Take ${label} out of the cart` : `Add ${label} to the cart`;

  const toggle = () => {
    if (inside) return takeFromCart(user.id, course, [course.id]);
    if (ids.length >= CART_SIZE) {
      return void toast({
        tone: 'note',
        title: `A cart holds ${CART_SIZE} courses`,
        detail: 'Enrol in these first.',
      });
    }
    putInCart(user.id, course);
  };

  if (prominent) {
    return (
      <Button onClick={toggle}>
        <ShoppingCart aria-hidden className="size-4" /> {inside ? 'Take out of cart' : 'Add to cart'}
      </Button>
    );
  }
  return (
    <IconButton
      label={name}
      data-cart
      onClick={toggle}
      className={`size-8! pointer-coarse:size-11! ${inside ? 'bg-accent-soft text-accent!' : ''}`}
    >
      <ShoppingCart aria-hidden className={`size-4 ${inside ? 'fill-current' : ''}`} />
    </IconButton>
  );
}
