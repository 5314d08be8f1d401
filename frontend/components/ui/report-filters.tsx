'use client';

import { useQuery } from '@tanstack/react-query';
import { departments } from '@/lib/api/courses';
import type { Term } from '@/lib/api/types';
import type { ReportState } from '@/lib/reports';
import { termKey, termLabel, type TermId } from '@/lib/terms';
import { Field, Select } from './field';

interface TermFilterProps {
  terms: readonly Term[];
  value: string;
  /** What stands for all of them. */
  all?: string;
  onChange: (key: string) => void;
}

export function TermFilter({ terms, value, all = '', onChange }: TermFilterProps) {
  const known = terms.some((term) => termKey(term) === value);
  return (
    <Field label="Term">
      {(wiring) => (
        <Select {...wiring} value={known ? value : all} onChange={({ target }) => onChange(target.value)}>
          <option value={all}>All terms</option>
          {terms.map((term) => (
            <option key={termKey(term)} value={termKey(term)}>
              {termLabel(term)}
              {term.is_current ? ' (now)' : ''}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

interface DepartmentFilterProps {
  /** Departments are listed by term; without one, those of the current term. */
  term: TermId | undefined;
  value: string;
  onChange: (department: string) => void;
}

export function DepartmentFilter({ term, value, onChange }: DepartmentFilterProps) {
  const found = useQuery(departments(term)).data?.items.map(({ department }) => department) ?? [];
  const options = value && !found.includes(value) ? [value, ...found] : found;
  return (
    <Field label="Department">
      {(wiring) => (
        <Select {...wiring} value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">All departments</option>
          {options.map((department) => (
            <option key={department}>{department}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}

interface DateFilterProps {
  label: string;
  /** What was asked for, or what the report took by itself. */
  value: string;
  min?: string;
  max?: string;
  onChange: (date: string) => void;
}

function DateFilter({ label, onChange, ...input }: DateFilterProps) {
  return (
    <Field label={label}>
      {(wiring) => (
        <input
          {...wiring}
          {...input}
          type="date"
          onChange={({ target }) => onChange(target.value)}
          className="input"
        />
      )}
    </Field>
  );
}

interface PeriodFiltersProps {
  terms: readonly Term[];
  state: ReportState;
  /** The days that the report took, where none were asked for. */
  taken: { from: string; to: string } | undefined;
  onChange: (change: Partial<ReportState>) => void;
}

/** The term and the days of a report over time. */
export function PeriodFilters({ terms, state, taken, onChange }: PeriodFiltersProps) {
  return (
    <>
      <div className="max-md:col-span-2 md:w-44">
        <TermFilter terms={terms} value={state.term} onChange={(term) => onChange({ term })} />
      </div>
      <DateFilter
        label="From"
        value={state.from || (taken?.from ?? '')}
        max={taken?.to}
        onChange={(from) => onChange({ from })}
      />
      <DateFilter
        label="To"
        value={state.to || (taken?.to ?? '')}
        min={taken?.from}
        onChange={(to) => onChange({ to })}
      />
    </>
  );
}
