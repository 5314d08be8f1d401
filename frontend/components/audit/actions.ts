/**
 * What is done, in words: the verb, and what it is done to. An action's name says the same the other way round
 * (`marks_read`), so that one this table does not know can still be read out.
 */
interface Act {
  verb: string;
  thing: string;
  /** "at" for what happens in a course as a whole; the course is the thing itself where `thing` is empty. */
  course?: string;
}

const known: Record<string, Act> = {
  user_created: { verb: 'created', thing: 'account' },
  user_updated: { verb: 'changed', thing: 'account' },
  user_deactivated: { verb: 'deactivated', thing: 'account' },
  course_created: { verb: 'created', thing: '' },
  course_updated: { verb: 'changed', thing: '' },
  course_deactivated: { verb: 'deactivated', thing: '' },
  term_updated: { verb: 'set', thing: 'dates' },
};

export const knownActions = Object.keys(known);

export function actOf(action: string): Act {
  const act = known[action];
  if (act) return act;
  const words = action.split('_');
  const verb = words.pop() ?? action;
  return { verb, thing: words.join(' ') };
}

/** For a list of filters: "Account changed". */
export function actionLabel(action: string): string {
  const { verb, thing } = actOf(action);
  const text = `${thing || action.split('_')[0]} ${verb}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
