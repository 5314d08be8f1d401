'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import type { AuditEntry } from '@/lib/api/types';
import { userDetail } from '@/lib/api/users';
import { formatMoment } from '@/lib/dates';
import { changesOf, factsOf, fieldName, isId, valueText } from './changes';

/** The filter that leaves one person's or one record's entries. */
export interface Only {
  actor?: string;
  subject?: string;
  object?: string;
}

export function EntryDetails({ entry, onOnly }: { entry: AuditEntry; onOnly: (only: Only) => void }) {
  const changes = changesOf(entry.facts);
  const facts = factsOf(entry.facts);
  const { actor, subject, course } = entry;
  const filters: [string, Only][] = [];
  if (actor) filters.push([`All that ${actor.full_name} did`, { actor: actor.id }]);
  if (subject && subject.id !== actor?.id) {
    filters.push([`All of ${subject.full_name}’s record`, { subject: subject.id }]);
  }
  if (course && entry.object_type === 'course')
    filters.push([`All about ${course.code}`, { object: course.id }]);

  return (
    <div className="text-sm">
      {changes.length > 0 && (
        <table className="mb-3 w-full max-w-3xl table-fixed border-collapse">
          <caption className="sr-only">What was changed</caption>
          <thead>
            <tr className="text-left text-xs text-muted [&>th]:py-1 [&>th]:font-medium">
              <th scope="col" className="w-1/4">
                What
              </th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ field, before, after }) => (
              <tr key={field} className="border-t border-line align-top [&>*]:py-1.5 [&>*]:pr-3">
                <th scope="row" className="text-left font-normal text-muted first-letter:uppercase">
                  {fieldName(field)}
                </th>
                <td className="break-words text-muted">
                  <Value field={field} value={before} />
                </td>
                <td className="break-words">
                  <Value field={field} value={after} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {facts.map(([field, value]) => (
          <Fact key={field} name={fieldName(field)}>
            <Value field={field} value={value} />
          </Fact>
        ))}
        {course && <Fact name="course">{`${course.code} ${course.name}`}</Fact>}
        <Fact name="when">{formatMoment(entry.at)}</Fact>
        {entry.actor_role && <Fact name="as">{entry.actor_role}</Fact>}
        <Fact name="entry">
          {entry.id}, <code className="font-mono text-xs">{entry.action}</code>
        </Fact>
        {entry.request_id && <Fact name="request">{<Code>{entry.request_id}</Code>}</Fact>}
        <Fact name="hash">
          <Code>{entry.hash}</Code>
        </Fact>
      </dl>
      {filters.length > 0 && (
        <div className="mt-3 flex flex-wrap gap-2">
          {filters.map(([label, only]) => (
            <Button key={label} size="small" onClick={() => onOnly(only)}>
              {label}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted first-letter:uppercase">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Code({ children }: { children: string }) {
  return <code className="font-mono text-xs break-all">{children}</code>;
}

function Value({ field, value }: { field: string; value: unknown }) {
  if (isId(value)) return field === 'teacher_id' ? <PersonName id={value} /> : <Code>{value}</Code>;
  return valueText(field, value) ?? <Code>{JSON.stringify(value)}</Code>;
}

function PersonName({ id }: { id: string }) {
  return useQuery(userDetail(id)).data?.full_name ?? <span className="skeleton inline-block h-3 w-24" />;
}
