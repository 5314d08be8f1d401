import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { explain, sentence } from './api/explain';
import { toProblem } from './api/problem';
import type { FieldError } from './api/types';

interface Mapping<T extends FieldValues> {
  /** Refusals that belong to one field, by their code. */
  codes?: Record<string, Path<T>>;
  /** The form's name of a field the server names differently. */
  rename?: (field: string) => string;
}

/** Puts each complaint of the server next to its field; what has no field here goes above the form. */
export function showProblem<T extends FieldValues>(
  form: UseFormReturn<T>,
  error: unknown,
  { codes = {}, rename = (field) => field }: Mapping<T> = {},
) {
  const problem = toProblem(error);
  const known = Object.keys(form.getValues());
  const nameOf = ({ field }: FieldError) => known.find((name) => name === rename(field));
  const placed = problem.fields.filter(nameOf);
  const elsewhere = problem.fields.filter((complaint) => !nameOf(complaint));

  placed.forEach((complaint, index) =>
    form.setError(
      nameOf(complaint) as Path<T>,
      { type: 'server', message: sentence(complaint.message) },
      { shouldFocus: index === 0 },
    ),
  );
  const field = codes[problem.code];
  if (field) form.setError(field, { type: 'server', message: explain(problem) }, { shouldFocus: true });
  else if (placed.length === 0 || elsewhere.length > 0) {
    const details = elsewhere.map(({ field: name, message }) => `${name}: ${message}`).join('; ');
    form.setError('root', {
      type: 'server',
      message: details ? `${explain(problem)} ${details}` : explain(problem),
    });
  }
}
