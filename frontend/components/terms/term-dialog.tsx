'use client';

import { useQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { Dialog } from '@/components/ui/dialog';
import { SelectField, TextField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { institution, saveTerm } from '@/lib/api/terms';
import type { Semester, Term } from '@/lib/api/types';
import { fromLocalInput, toLocalInput } from '@/lib/dates';
import { showProblem } from '@/lib/form-errors';
import { semesterLabel, SEMESTERS, termLabel } from '@/lib/terms';

function valuesOf(term: Term | null) {
  return {
    semester: term?.semester ?? ('fall' as Semester),
    year: String(term?.year ?? new Date().getFullYear()),
    starts_on: term?.starts_on ?? '',
    ends_on: term?.ends_on ?? '',
    registration_opens_at: toLocalInput(term?.registration_opens_at),
    registration_closes_at: toLocalInput(term?.registration_closes_at),
    drop_deadline: toLocalInput(term?.drop_deadline),
  };
}

type Values = ReturnType<typeof valuesOf>;

export function TermDialog({ term, onClose }: { term: Term | null; onClose: () => void }) {
  const limits = useQuery(institution).data;
  const form = useForm({ defaultValues: valuesOf(term) });
  const { errors, isSubmitting } = form.formState;
  const field = (name: keyof Values) => ({
    ...form.register(name),
    error: errors[name]?.message,
  });

  const submit = form.handleSubmit(async ({ semester, year, ...dates }) => {
    const id = { semester, year: Number(year) };
    try {
      await saveTerm(id, {
        starts_on: dates.starts_on || null,
        ends_on: dates.ends_on || null,
        registration_opens_at: fromLocalInput(dates.registration_opens_at),
        registration_closes_at: fromLocalInput(dates.registration_closes_at),
        drop_deadline: fromLocalInput(dates.drop_deadline),
      });
      toast({ tone: 'done', title: `${termLabel(id)} is saved` });
      onClose();
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <Dialog title={term ? `Dates of ${termLabel(term)}` : 'New term'} onClose={onClose}>
      <form onSubmit={submit} noValidate className="grid gap-4 sm:grid-cols-2">
        {errors.root && (
          <div className="sm:col-span-2">
            <Notice title={errors.root.message} />
          </div>
        )}
        {!term && (
          <>
            <SelectField label="Semester" {...field('semester')}>
              {SEMESTERS.map((semester) => (
                <option key={semester} value={semester}>
                  {semesterLabel(semester)}
                </option>
              ))}
            </SelectField>
            <TextField
              label="Year"
              type="number"
              min={limits?.first_year}
              max={limits?.last_year}
              {...field('year')}
            />
          </>
        )}
        <TextField label="First day of classes" type="date" {...field('starts_on')} />
        <TextField label="Last day of classes" type="date" {...field('ends_on')} />
        <TextField label="Registration opens" type="datetime-local" {...field('registration_opens_at')} />
        <TextField label="Registration closes" type="datetime-local" {...field('registration_closes_at')} />
        <TextField
          label="Students may drop until"
          type="datetime-local"
          hint="Empty: at any time."
          {...field('drop_deadline')}
        />
        <p className="hint self-end">
          Times are in your time zone, {Intl.DateTimeFormat().resolvedOptions().timeZone}.
        </p>
        <div className="sm:col-span-2">
          <FormActions submit="Save dates" busyText="Saving…" busy={isSubmitting} onCancel={onClose} />
        </div>
      </form>
    </Dialog>
  );
}
