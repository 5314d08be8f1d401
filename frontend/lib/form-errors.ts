import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { toProblem } from './api/problem';

/** Puts each complaint of the server next to its field; what has no field here goes above the form. */
export function showProblem<T extends FieldValues>(
  form: UseFormReturn<T>,
  error: unknown,
  fieldOfCode: Record<string, Path<T>> = {},
) {
  const problem = toProblem(error);
  const known = Object.keys(form.getValues());
  const placed = problem.fields.filter(({ field }) => known.includes(field));
  const elsewhere = problem.fields.filter(({ field }) => !known.includes(field));

  placed.forEach(({ field, message }, index) =>
    form.setError(field as Path<T>, { type: 'server', message }, { shouldFocus: index === 0 }),
  );
  const field = fieldOfCode[problem.code];
  if (field) form.setError(field, { type: 'server', message: problem.message }, { shouldFocus: true });
  else if (placed.length === 0 || elsewhere.length > 0) {
    const detail = elsewhere.map(({ field: name, message }) => `${name}: ${message}`).join(' ');
    form.setError('root', { type: 'server', message: [problem.message, detail].filter(Boolean).join(' ') });
  }
}
