'use client';

import { useQuery } from '@tanstack/react-query';
import { Select } from '@/components/ui/field';
import { SearchInput } from '@/components/ui/search-input';
import { Toggle } from '@/components/ui/toggle';
import { departments } from '@/lib/api/courses';
import { institution } from '@/lib/api/terms';
import type { Role, Term } from '@/lib/api/types';
import { DAY_NAMES, DAYS } from '@/lib/schedule';
import { termKey, termLabel } from '@/lib/terms';
import type { CatalogueState } from './filter-state';

interface FiltersProps {
  state: CatalogueState;
  update: (change: Partial<CatalogueState>, how?: 'push' | 'replace') => void;
  terms: Term[];
  term: Term | undefined;
  role: Role;
}

export function Filters({ state, update, terms, term, role }: FiltersProps) {
  const found = useQuery(departments(term));
  const teaching = useQuery(institution).data?.teaching_days;
  const days = DAYS.filter((day) => !teaching || teaching.includes(day) || day === state.day);

  return (
    <div role="search" aria-label="Courses" className="mt-4 flex flex-wrap gap-2">
      <SearchInput
        label="Search courses"
        placeholder="Code, name or teacher"
        value={state.q}
        onSearch={(q) => update({ q }, 'replace')}
        className="w-full md:w-64"
      />
      <div className="grid w-full grid-cols-2 gap-2 md:flex md:w-auto md:flex-wrap">
        <Select
          aria-label="Term"
          value={term ? termKey(term) : ''}
          onChange={(event) => update({ term: event.target.value, department: '' })}
          className="col-span-2 md:w-36!"
        >
          {terms.length === 0 && <option value="">Term</option>}
          {terms.map((option) => (
            <option key={termKey(option)} value={termKey(option)}>
              {termLabel(option)}
              {option.is_current ? ' (now)' : ''}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Department"
          value={state.department}
          onChange={(event) => update({ department: event.target.value })}
          className="md:w-40!"
        >
          <option value="">All departments</option>
          {state.department && !found.data && <option value={state.department}>{state.department}</option>}
          {found.data?.items.map(({ department, courses }) => (
            <option key={department} value={department}>
              {department} ({courses})
            </option>
          ))}
        </Select>
        <Select
          aria-label="Weekday"
          value={state.day}
          onChange={(event) => update({ day: event.target.value })}
          className="md:w-32!"
        >
          <option value="">Any day</option>
          {days.map((day) => (
            <option key={day} value={day}>
              {DAY_NAMES[day].long}
            </option>
          ))}
        </Select>
        <Toggle on={state.open} onChange={(open) => update({ open })}>
          Open seats
        </Toggle>
        {role === 'student' && (
          <Toggle on={state.fits} onChange={(fits) => update({ fits })}>
            Fits my week
          </Toggle>
        )}
        {role === 'admin' && (
          <Toggle on={state.inactive} onChange={(inactive) => update({ inactive })}>
            Inactive
          </Toggle>
        )}
      </div>
    </div>
  );
}
