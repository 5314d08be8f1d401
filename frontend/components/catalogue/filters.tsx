'use client';

import { useQuery } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/field';
import { SearchInput } from '@/components/ui/search-input';
import { TermSelect } from '@/components/ui/term-select';
import { Toggle } from '@/components/ui/toggle';
import { departments } from '@/lib/api/courses';
import { institution } from '@/lib/api/terms';
import type { Role, Term } from '@/lib/api/types';
import { DAY_NAMES, DAYS } from '@/lib/schedule';
import { columns } from './columns';
import type { CatalogueState } from './filter-state';

interface FiltersProps {
  state: CatalogueState;
  update: (change: Partial<CatalogueState>, how?: 'push' | 'replace') => void;
  terms: Term[];
  term: Term | undefined;
  role: Role;
}

/** On a phone the lists fold away behind one button, so that courses stay in sight. */
export function Filters({ state, update, terms, term, role }: FiltersProps) {
  const [unfolded, setUnfolded] = useState(false);
  const found = useQuery(departments(term));
  const teaching = useQuery(institution).data?.teaching_days;
  const days = DAYS.filter((day) => !teaching || teaching.includes(day) || day === state.day);
  const chosen = [state.term, state.department, state.day].filter(Boolean).length;
  const folded = unfolded ? '' : 'max-md:hidden';

  return (
    <div role="search" aria-label="Courses" className="mt-4 grid grid-cols-2 gap-2 md:flex md:flex-wrap">
      <div className="col-span-2 flex gap-2">
        <SearchInput
          label="Search courses"
          placeholder="Code, name or teacher"
          value={state.q}
          onSearch={(q) => update({ q }, 'replace')}
          className="flex-1 md:w-64"
        />
        <Button className="md:hidden" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          <SlidersHorizontal aria-hidden className="size-4" />
          Filters{chosen > 0 && ` (${chosen})`}
        </Button>
      </div>
      <TermSelect
        terms={terms}
        term={term}
        onChange={(key) => update({ term: key, department: '' })}
        className={`max-md:col-span-2 md:w-42! ${folded}`}
      />
      <Select
        aria-label="Department"
        value={state.department}
        onChange={(event) => update({ department: event.target.value })}
        className={`md:w-42! ${folded}`}
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
        className={`md:w-32! ${folded}`}
      >
        <option value="">Any day</option>
        {days.map((day) => (
          <option key={day} value={day}>
            {DAY_NAMES[day].long}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Sort by"
        value={state.sort}
        onChange={(event) => update({ sort: event.target.value })}
        className={`max-md:col-span-2 md:w-44! lg:hidden ${folded}`}
      >
        {columns.map(({ sort, label }) => (
          <option key={sort} value={sort}>
            Sort by {label.toLowerCase()}
          </option>
        ))}
        {state.sort.startsWith('-') && <option value={state.sort}>Sorted in descending order</option>}
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
  );
}
