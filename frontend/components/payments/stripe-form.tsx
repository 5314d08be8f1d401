'use client';

import type { Stripe, StripeElements } from '@stripe/stripe-js';
import { loadStripe } from '@stripe/stripe-js/pure';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';

interface StripeFormProps {
  publishableKey: string;
  clientSecret: string;
  amount: string;
  /** Where a bank's own page sends people back to. */
  returnTo: string;
  onSent: () => void;
  onFailed: () => void;
}

interface Mounted {
  stripe: Stripe;
  elements: StripeElements;
}

/** Stripe's Payment Element. The card's number is typed into Stripe's frame and never reaches us. */
export function StripeForm({
  publishableKey,
  clientSecret,
  amount,
  returnTo,
  onSent,
  onFailed,
}: StripeFormProps) {
  const place = useRef<HTMLDivElement>(null);
  const [mounted, setMounted] = useState<Mounted | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    let gone = false;
    let unmount = () => {};
    async function mount() {
      const stripe = await loadStripe(publishableKey);
      if (gone || !stripe || !place.current) return;
      const theme = document.documentElement.dataset.theme === 'dark' ? 'night' : 'stripe';
      const elements = stripe.elements({ clientSecret, appearance: { theme } });
      const element = elements.create('payment');
      element.on('ready', () => setMounted({ stripe, elements }));
      element.mount(place.current);
      unmount = () => element.destroy();
    }
    mount().catch(() => {
      if (!gone) setRefusal('Stripe could not be reached. Check your connection and load the page again.');
    });
    return () => {
      gone = true;
      unmount();
    };
  }, [publishableKey, clientSecret]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!mounted) return;
    setBusy(true);
    setRefusal(null);
    const { error } = await mounted.stripe.confirmPayment({
      elements: mounted.elements,
      confirmParams: { return_url: new URL(returnTo, window.location.origin).href },
      redirect: 'if_required',
    });
    setBusy(false);
    if (!error) return onSent();
    setRefusal(error.message ?? 'The card was not accepted.');
    onFailed();
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {refusal && <Notice title={refusal} />}
      <div ref={place} className="min-h-56" aria-busy={mounted === null && refusal === null} />
      <Button
        type="submit"
        look="primary"
        busy={busy}
        disabledReason={mounted ? null : 'The card form is still loading'}
        className="w-full"
      >
        {busy ? 'Paying…' : `Pay ${amount}`}
      </Button>
    </form>
  );
}
