'use client';

import { SlidersHorizontal, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Select } from '@/components/ui/field';
import { actionLabel, knownActions } from './actions';
import { auditDefaults, filtersOf, type AuditState } from './filter-state';

const loading = () => <div className="h-15.5" />;
const PersonPicker = dynamic(() => import('./pickers').then((module) => module.PersonPicker), { loading });
const CoursePicker = dynamic(() => import('./pickers').then((module) => module.CoursePicker), { loading });

interface FiltersProps {
  state: AuditState;
  update: (change: Partial<AuditState>, how?: 'push' | 'replace') => void;
}

/** On a phone they fold away behind one button, so that entries stay in sight. */
export function Filters({ state, update }: FiltersProps) {
  const [unfolded, setUnfolded] = useState(false);
  const chosen = filtersOf(state).length;
  const actions = [...new Set([...knownActions, ...(state.action ? [state.action] : [])])]
    .map((action) => ({ action, label: actionLabel(action) }))
    .sort((a, b) => a.label.localeCompare(b.label));

  return (
    <div role="search" aria-label="Audit trail" className="mt-4">
      <div className="flex gap-2 md:hidden">
        <Button aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          <SlidersHorizontal aria-hidden className="size-4" />
          Filters{chosen > 0 && ` (${chosen})`}
        </Button>
      </div>
      <div
        className={`grid grid-cols-2 gap-x-2 gap-y-3 max-md:mt-3 md:grid-cols-3 xl:grid-cols-[repeat(3,minmax(0,1fr))_12rem_9.5rem_9.5rem] ${unfolded ? '' : 'max-md:hidden'}`}
      >
        <PersonPicker
          key={`actor-${state.actor}`}
          label="Who did it"
          id={state.actor}
          onChange={(actor) => update({ actor })}
        />
        <PersonPicker
          key={`subject-${state.subject}`}
          label="Whose record"
          id={state.subject}
          onChange={(subject) => update({ subject })}
        />
        <CoursePicker
          key={`object-${state.object}`}
          id={state.object}
          onChange={(object) => update({ object })}
        />
        <Field label="What was done">
          {(wiring) => (
            <Select
              {...wiring}
              value={state.action}
              onChange={({ target }) => update({ action: target.value })}
            >
              <option value="">Anything</option>
              {actions.map(({ action, label }) => (
                <option key={action} value={action}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <DateField label="From" value={state.from} max={state.until} onChange={(from) => update({ from })} />
        <DateField
          label="Until"
          value={state.until}
          min={state.from}
          onChange={(until) => update({ until })}
        />
      </div>
      {chosen > 0 && (
        <Button look="quiet" size="small" className="mt-2 -ml-2" onClick={() => update(auditDefaults)}>
          <X aria-hidden className="size-3.5" /> Clear the filters
        </Button>
      )}
    </div>
  );
}

function DateField({
  label,
  onChange,
  ...input
}: {
  label: string;
  value: string;
  min?: string;
  max?: string;
  onChange: (date: string) => void;
}) {
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
