'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { answerBank, confirmCard, type Card } from '@/lib/api/card-sandbox';
import { toProblem } from '@/lib/api/problem';

interface SandboxFormProps {
  access: Parameters<typeof confirmCard>[0];
  amount: string;
  onSent: () => void;
  onFailed: () => void;
}

const TEST_CARDS = [
  { number: '4242 4242 4242 4242', what: 'is accepted' },
  { number: '4000 0000 0000 9995', what: 'is declined: not enough money' },
  { number: '4000 0025 0000 3155', what: 'asks to confirm (3-D Secure)' },
];

const schema = z.object({
  number: z.string().check(z.regex(/^[\d ]{12,23}$/, 'Enter the number on the card.')),
  expiry: z.string().check(z.regex(/^\s*\d{1,2}\s*\/\s*(\d{2}|\d{4})\s*$/, 'Enter it as MM/YY.')),
  cvc: z.string().check(z.regex(/^\d{3,4}$/, 'Three or four digits.')),
});

/** The card form of the stand-in for Stripe: no money moves. */
export function SandboxForm({ access, amount, onSent, onFailed }: SandboxFormProps) {
  const form = useForm<Card>({
    resolver: zodResolver(schema),
    defaultValues: { number: '', expiry: '', cvc: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const [refusal, setRefusal] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const [answering, setAnswering] = useState(false);

  const fail = (error: unknown) => {
    setRefusal(toProblem(error).message);
    onFailed();
  };

  const submit = form.handleSubmit(async (card) => {
    setRefusal(null);
    try {
      const intent = await confirmCard(access, card);
      if (intent.status === 'requires_action') setAsked(true);
      else onSent();
    } catch (error) {
      fail(error);
    }
  });

  const answer = async (outcome: 'accept' | 'refuse') => {
    setAnswering(true);
    try {
      await answerBank(access, outcome);
      onSent();
    } catch (error) {
      setAsked(false);
      fail(error);
    }
    setAnswering(false);
  };

  if (asked) {
    return (
      <section aria-label="Your bank">
        <p className="font-medium">Your bank asks: is it you who pays {amount}?</p>
        <p className="mt-1 text-sm text-muted">
          In the sandbox you answer here; a real bank sends you to its app.
        </p>
        <div className="mt-4 flex flex-wrap gap-2">
          <Button look="primary" busy={answering} onClick={() => void answer('accept')}>
            Yes, it is me
          </Button>
          <Button look="danger" busy={answering} onClick={() => void answer('refuse')}>
            No, refuse
          </Button>
        </div>
      </section>
    );
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Notice tone="info" title="Test mode: no money moves.">
        <TestCards
          onChoose={(number) =>
            form.reset({ number, expiry: `12/${(new Date().getFullYear() + 4) % 100}`, cvc: '123' })
          }
        />
      </Notice>
      {refusal && <Notice title={refusal} />}
      <TextField
        label="Card number"
        inputMode="numeric"
        autoComplete="cc-number"
        placeholder="1234 1234 1234 1234"
        error={errors.number?.message}
        {...form.register('number')}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label="Expiry"
          inputMode="numeric"
          autoComplete="cc-exp"
          placeholder="MM/YY"
          error={errors.expiry?.message}
          {...form.register('expiry')}
        />
        <TextField
          label="Security code"
          inputMode="numeric"
          autoComplete="cc-csc"
          placeholder="123"
          error={errors.cvc?.message}
          {...form.register('cvc')}
        />
      </div>
      <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
        {isSubmitting ? 'Paying…' : `Pay ${amount}`}
      </Button>
    </form>
  );
}

function TestCards({ onChoose }: { onChoose: (number: string) => void }) {
  return (
    <ul className="mt-1 grid">
      {TEST_CARDS.map(({ number, what }) => (
        <li key={number}>
          <button
            type="button"
            onClick={() => onChoose(number)}
            className="min-h-7 py-1 text-left underline-offset-2 hover:underline pointer-coarse:min-h-11"
          >
            <span className="font-medium whitespace-nowrap text-ink tabular-nums">{number}</span> {what}
          </button>
        </li>
      ))}
    </ul>
  );
}
