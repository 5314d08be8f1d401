'use client';

import { useQuery } from '@tanstack/react-query';
import { CalendarSync } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { CopyField } from '@/components/ui/copy-field';
import { LoadFailure } from '@/components/ui/load-failure';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { calendarFeed, endCalendarFeed, makeCalendarFeed } from '@/lib/api/calendar';
import { explain } from '@/lib/api/explain';
import { useUser } from '@/lib/auth';
import { formatMoment } from '@/lib/dates';

/** The timetable in one's own calendar program, by a secret address. */
export function CalendarCard() {
  const user = useUser();
  const feed = useQuery(calendarFeed(user.id));
  const [address, setAddress] = useState<string | null>(null);
  const [asked, setAsked] = useState<'renew' | 'end' | null>(null);
  const [busy, setBusy] = useState(false);
  const exists = feed.data?.exists ?? false;

  const run = async (act: () => Promise<string | null>, failure: string) => {
    setAsked(null);
    setBusy(true);
    try {
      setAddress(await act());
    } catch (error) {
      toast({ tone: 'problem', title: failure, detail: explain(error) });
    }
    setBusy(false);
  };
  const make = () => run(() => makeCalendarFeed(user.id), 'No address was made');
  const end = () =>
    run(async () => {
      await endCalendarFeed(user.id);
      toast({ tone: 'done', title: 'The calendar address has ended' });
      return null;
    }, 'The address has not ended');

  return (
    <section aria-labelledby="calendar-feed" className="card mt-5 p-4 print:hidden">
      <h2 id="calendar-feed" className="flex items-center gap-2 text-base font-semibold">
        <CalendarSync aria-hidden className="size-4 text-muted" /> In your own calendar
      </h2>
      <p className="mt-1 max-w-prose text-sm text-muted">
        An address that your calendar program reads again and again, so that your classes stand among your
        other dates and follow every change. Whoever has the address sees your timetable: keep it to yourself.
      </p>
      {feed.error ? (
        <div className="mt-3">
          <LoadFailure error={feed.error} retry={feed.refetch} />
        </div>
      ) : (
        <div className="mt-3 min-h-9">
          {address && (
            <div className="mb-3 grid gap-2">
              <CopyField label="Calendar address" value={address} />
              <Notice tone="info" title="Copy it now: it is not shown again.">
                In your calendar program, choose “subscribe by address” or “from URL”.
              </Notice>
            </div>
          )}
          {feed.data?.exists && !address && <p className="mb-3 text-sm">{state(feed.data)}</p>}
          {feed.data && (
            <div className="flex flex-wrap gap-2">
              {exists ? (
                <>
                  <Button busy={busy} onClick={() => setAsked('renew')}>
                    Make a new address
                  </Button>
                  <Button look="danger" busy={busy} onClick={() => setAsked('end')}>
                    End it
                  </Button>
                </>
              ) : (
                <Button look="primary" busy={busy} onClick={() => void make()}>
                  Make an address
                </Button>
              )}
            </div>
          )}
        </div>
      )}
      {asked && (
        <Confirm
          title={asked === 'renew' ? 'Make a new address?' : 'End the address?'}
          confirm={asked === 'renew' ? 'Make a new one' : 'End it'}
          onConfirm={() => void (asked === 'renew' ? make() : end())}
          onClose={() => setAsked(null)}
        >
          The present address stops working at once, and calendars that read it go empty or complain.
        </Confirm>
      )}
    </section>
  );
}

function state(feed: { created_at?: string | null; last_used_at?: string | null }): string {
  const made = feed.created_at
    ? `You have an address since ${formatMoment(feed.created_at)}`
    : 'You have an address';
  const used = feed.last_used_at ? `last read ${formatMoment(feed.last_used_at)}` : 'not read yet';
  return `${made}, ${used}. For your safety it is not shown again.`;
}
