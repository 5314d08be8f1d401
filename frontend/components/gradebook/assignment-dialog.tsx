'use client';

import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SelectField, TextField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { explain, sentence } from '@/lib/api/explain';
import { createAssignment, deleteAssignment, orderAssignments, updateAssignment } from '@/lib/api/grades';
import { toProblem } from '@/lib/api/problem';
import type { Assignment, AssignmentType, Gradebook } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { percentToWeight, readScore, showScore, weightToPercent } from './scores';

interface AssignmentDialogProps {
  book: Gradebook;
  assignment: Assignment | null;
  onClose: () => void;
}

const types: Record<AssignmentType, string> = {
  homework: 'Homework',
  quiz: 'Quiz',
  midterm: 'Midterm exam',
  final: 'Final exam',
  project: 'Project',
};

const KEEP = 'keep';
const LAST = 'last';

/** The columns with this one before another, or last. */
function placed(assignment: Assignment, others: readonly Assignment[], before: string): Assignment[] {
  const at = others.findIndex(({ id }) => id === before);
  return others.toSpliced(at === -1 ? others.length : at, 0, assignment);
}

export function AssignmentDialog({ book, assignment, onClose }: AssignmentDialogProps) {
  const form = useForm({
    defaultValues: {
      name: assignment?.name ?? '',
      assignment_type: assignment?.assignment_type ?? ('homework' as AssignmentType),
      max_score: assignment ? showScore(assignment.max_score) : '100',
      weight: weightToPercent(assignment?.weight),
      position: KEEP,
    },
  });
  const { errors, isSubmitting } = form.formState;
  const [stale, setStale] = useState<Assignment | null>(null);
  const base = stale ?? assignment;
  const others = book.assignments.filter(({ id }) => id !== assignment?.id);

  const submit = form.handleSubmit(async (values) => {
    const max = readScore(values.max_score, '999.99');
    const weight = percentToWeight(values.weight);
    if (max.problem) form.setError('max_score', { message: max.problem });
    if (weight.problem) form.setError('weight', { message: weight.problem });
    if (max.score === null || weight.problem) return;
    const body = {
      name: values.name.trim(),
      assignment_type: values.assignment_type,
      max_score: max.score,
      weight: weight.weight,
    };
    try {
      const saved = base ? await updateAssignment(base, body) : await createAssignment(book.course.id, body);
      if (values.position !== KEEP) await orderAssignments(placed(saved, others, values.position));
      toast({ tone: 'done', title: `${body.name} is ${base ? 'saved' : 'added'}` });
      onClose();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'stale') return setStale(problem.facts.current as Assignment);
      showProblem(form, error, { codes: { assignment_exists: 'name', score_above_max: 'max_score' } });
    }
  });

  const remove = async () => {
    if (!assignment) return;
    try {
      await deleteAssignment(assignment.id);
      toast({ tone: 'done', title: `${assignment.name} is deleted` });
      onClose();
    } catch (error) {
      form.setError('root', { message: explain(error) });
    }
  };

  const at = assignment ? book.assignments.findIndex(({ id }) => id === assignment.id) : -1;
  const marked = at === -1 ? 0 : book.students.filter(({ cells }) => cells[at]).length;
  return (
    <Dialog title={assignment ? `Edit ${assignment.name}` : 'New assignment'} onClose={onClose}>
      <form onSubmit={submit} noValidate className="grid grid-cols-2 gap-4 [&>*]:col-span-2">
        {errors.root?.message && <Notice title={sentence(errors.root.message)} />}
        {stale && (
          <Notice tone="warn" title="Somebody else changed this assignment meanwhile.">
            It is now “{stale.name}”, maximum {showScore(stale.max_score)}, weight{' '}
            {weightToPercent(stale.weight) || 'none'}. Save again to keep what you entered.
          </Notice>
        )}
        <TextField
          label="Name"
          autoComplete="off"
          maxLength={255}
          error={errors.name?.message}
          {...form.register('name', { required: 'Enter a name.' })}
        />
        <SelectField label="Type" {...form.register('assignment_type')}>
          {Object.entries(types).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Maximum"
          inputMode="decimal"
          autoComplete="off"
          className="col-span-1!"
          error={errors.max_score?.message}
          {...form.register('max_score')}
        />
        <TextField
          label="Weight in %"
          inputMode="numeric"
          autoComplete="off"
          className="col-span-1!"
          error={errors.weight?.message}
          {...form.register('weight')}
        />
        <p className="hint -mt-2">
          Weights need not sum to 100: the final is their weighted mean. Without any weight all count equally.
        </p>
        {others.length > 0 && (
          <SelectField label="Place" {...form.register('position')}>
            <option value={KEEP}>{assignment ? 'Where it is' : 'Last'}</option>
            {others.map((other) => (
              <option key={other.id} value={other.id}>
                Before {other.name}
              </option>
            ))}
            {assignment && <option value={LAST}>Last</option>}
          </SelectField>
        )}
        <FormActions
          submit={assignment ? 'Save' : 'Add'}
          busyText={assignment ? 'Saving…' : 'Adding…'}
          busy={isSubmitting}
          onCancel={onClose}
          aside={
            assignment && (
              <Button
                look="danger"
                disabledReason={
                  marked > 0 ? 'It has marks: only an assignment without marks can be deleted' : null
                }
                onClick={() => void remove()}
              >
                Delete
              </Button>
            )
          }
        />
      </form>
    </Dialog>
  );
}
