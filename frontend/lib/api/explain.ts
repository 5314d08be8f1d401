import { courseLabel, DAY_NAMES, isDay } from '../schedule';
import { toProblem, type Problem } from './problem';
import type { Clash } from './types';

interface CourseRef {
  code: string;
  section: string;
  name: string;
}

/** Refusals with facts are said with the facts: which course, when. Everything else in the server's own words. */
export function explain(error: unknown): string {
  const problem = toProblem(error);
  const { course, room, conflicts } = problem.facts as {
    course?: CourseRef;
    room?: string | null;
    conflicts?: Clash[];
  };
  if (problem.code === 'room_conflict' && course) {
    return `${room ? `Room ${room}` : 'The room'} is taken by ${title(course)} on ${when(problem)}.`;
  }
  if (problem.code === 'teacher_conflict' && course) {
    return `The teacher has ${title(course)} on ${when(problem)}.`;
  }
  if (problem.code === 'schedule_conflict' && conflicts?.length) {
    return conflicts.map((row) => `Clashes with ${title(otherOf(row))} on ${moment(row)}.`).join(' ');
  }
  return sentence(problem.message);
}

function otherOf({ with_code, with_section, with_name }: Clash): CourseRef {
  return { code: with_code, section: with_section, name: with_name };
}

function title(course: CourseRef): string {
  return `${courseLabel(course)} ${course.name}`;
}

function when({ facts }: Problem): string {
  return moment({ day: String(facts.day), start: String(facts.start), end: String(facts.end) });
}

function moment({ day, start, end }: { day: string; start: string; end: string }): string {
  return `${isDay(day) ? DAY_NAMES[day].long : day} ${start}–${end}`;
}

/** The API's messages may begin in lower case, as part of a longer line. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
