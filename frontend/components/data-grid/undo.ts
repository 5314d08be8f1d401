import type { CellEdit } from './model';

/** One act of the user, however many cells it touched. */
export interface Step {
  before: readonly CellEdit[];
  after: readonly CellEdit[];
}

export interface Past {
  done: readonly Step[];
  undone: readonly Step[];
}

export const noPast: Past = { done: [], undone: [] };

const DEPTH = 200;

export function remember({ done }: Past, step: Step): Past {
  return { done: [...done, step].slice(-DEPTH), undone: [] };
}

export function undo(past: Past): { past: Past; edits: readonly CellEdit[] } {
  const step = past.done.at(-1);
  if (!step) return { past, edits: [] };
  return { past: { done: past.done.slice(0, -1), undone: [...past.undone, step] }, edits: step.before };
}

export function redo(past: Past): { past: Past; edits: readonly CellEdit[] } {
  const step = past.undone.at(-1);
  if (!step) return { past, edits: [] };
  return { past: { done: [...past.done, step], undone: past.undone.slice(0, -1) }, edits: step.after };
}
