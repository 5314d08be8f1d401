'use client';

import { ChevronDown } from 'lucide-react';
import Link from 'next/link';
import { Fragment, useId, useState } from 'react';
import { IconButton } from '@/components/ui/button';
import type { AuditEntry } from '@/lib/api/types';
import { formatClock, formatDay, isoDate } from '@/lib/dates';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { EntryDetails, type Only } from './entry-details';
import { sentenceOf, textOf, type Part } from './sentence';

interface AuditListProps {
  entries: AuditEntry[];
  stale: boolean;
  onOnly: (only: Only) => void;
}

export function AuditList({ entries, stale, onOnly }: AuditListProps) {
  return (
    <div className={`card overflow-hidden transition-opacity ${stale ? 'opacity-60' : ''}`}>
      {byDay(entries).map(([day, ofDay]) => (
        <section key={day} aria-label={day}>
          <h2 className="border-b border-line bg-sunken px-4 py-2 text-xs font-medium text-muted">{day}</h2>
          <ol className="divide-y divide-line border-b border-line in-[section:last-child]:border-0">
            {ofDay.map((entry) => (
              <Entry key={entry.id} entry={entry} onOnly={onOnly} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function byDay(entries: AuditEntry[]): [string, AuditEntry[]][] {
  const days = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const date = new Date(entry.at);
    const year = date.getFullYear() === new Date().getFullYear() ? '' : ` ${date.getFullYear()}`;
    const name = isoDate(date) === isoDate(new Date()) ? 'Today' : `${formatDay(date)}${year}`;
    days.set(name, [...(days.get(name) ?? []), entry]);
  }
  return [...days];
}

function Entry({ entry, onOnly }: { entry: AuditEntry; onOnly: (only: Only) => void }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const parts = sentenceOf(entry);
  return (
    <li>
      <div className="flex items-start gap-x-4 py-1 pr-1.5 pl-4 hover:bg-sunken/60">
        <p className="min-w-0 flex-1 py-2 text-base leading-5 sm:flex sm:gap-4">
          <time
            dateTime={entry.at}
            className="block w-14 shrink-0 text-sm leading-5 text-muted tabular-nums max-sm:text-xs"
          >
            {formatClock(entry.at)}
          </time>
          <span className="min-w-0 break-words">
            {parts.map((part, index) => (
              <Fragment key={index}>
                <PartOf part={part} />
              </Fragment>
            ))}
          </span>
        </p>
        <IconButton
          label={`Details of: ${textOf(parts)}`}
          aria-expanded={open}
          aria-controls={open ? id : undefined}
          onClick={() => setOpen(!open)}
        >
          <ChevronDown aria-hidden className={`size-4 transition-transform ${open ? 'rotate-180' : ''}`} />
        </IconButton>
      </div>
      {open && (
        <div id={id} className="border-t border-line bg-bg px-4 py-3 sm:pl-22">
          <EntryDetails entry={entry} onOnly={onOnly} />
        </div>
      )}
    </li>
  );
}

const link = 'font-medium underline-offset-2 hover:underline';

function PartOf({ part }: { part: Part }) {
  if (typeof part === 'string') return part;
  if ('value' in part) return <span className="rounded-sm bg-sunken px-1">{part.value}</span>;
  if ('person' in part) {
    return (
      <Link href={paths.person(part.person.id)} prefetch={false} className={link}>
        {part.person.full_name}
      </Link>
    );
  }
  return (
    <Link href={paths.course(part.course.id)} prefetch={false} title={part.course.name} className={link}>
      {courseLabel(part.course)}
    </Link>
  );
}
