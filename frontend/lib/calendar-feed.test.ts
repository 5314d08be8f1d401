import { readFileSync } from 'node:fs';

import ICAL from 'ical.js';
import { expect, test } from 'vitest';

/**
 * The feed that the server's test writes (`backend/tests/api/calendar.rs`), read and expanded by a parser that is not
 * ours, by the zone that stands in the file. The browser's own zone data are the judge of what the clocks on campus say.
 */
const feed = new ICAL.Component(
  ICAL.parse(readFileSync('../backend/tests/api/fixtures/timetable.ics', 'utf8')) as unknown[],
);

const campus = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'short',
  timeStyle: 'short',
});

interface Class {
  summary: string;
  location: string;
  times: [string, string][];
}

/** Every class, with the beginning and end of each meeting on the campus's wall. */
function classes(): Class[] {
  const zone = new ICAL.Timezone(feed.getFirstSubcomponent('vtimezone'));
  return feed.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    event.startDate.zone = zone;
    event.endDate.zone = zone;
    const length = event.endDate.toUnixTime() - event.startDate.toUnixTime();
    const times: [string, string][] = [];
    const meetings = event.iterator();
    for (let next = meetings.next() as ICAL.Time | null; next; next = meetings.next() as ICAL.Time | null) {
      const { startDate, endDate } = event.getOccurrenceDetails(next);
      times.push([startDate, endDate].map((time) => campus.format(time.toJSDate())) as [string, string]);
      if (!event.isRecurring()) break;
    }
    expect(length).toBeGreaterThan(0);
    return { summary: event.summary, location: event.location, times };
  });
}

const meetings = (summary: string) =>
  classes()
    .filter((each) => each.summary.startsWith(summary))
    .flatMap((each) => each.times)
    .map(([start, end]) => `${start} ${end.slice(11)}`)
    .sort();

/** Days a week apart. */
function weekly(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, week) => {
    const day = new Date(`${first}T12:00:00Z`);
    day.setUTCDate(day.getUTCDate() + 7 * week);
    return day.toISOString().slice(0, 10);
  });
}

test('a class is at the same time on the wall before and after the clocks change', () => {
  const tuesdays = weekly('2032-09-07', 15).map((day) => `${day} 09:00 10:30`);
  const wednesdays = weekly('2032-10-13', 5).map((day) => `${day} 12:00 13:00`);
  expect(meetings('CS101')).toEqual([...tuesdays, ...wednesdays, '2032-12-20 14:00 16:00'].sort());
});

test('a class in the night of the change, and one until midnight', () => {
  const sundays = weekly('2032-09-12', 14).map((day) => `${day} 01:30 03:30`);
  const thursdays = weekly('2032-09-09', 15).map((day) => `${day} 22:00 00:00`);
  expect(meetings('MU200')).toEqual([...sundays, ...thursdays].sort());
});

test('of a term without class dates, only the dated meeting', () => {
  expect(meetings('HI300')).toEqual(['2032-10-15 10:00 11:00']);
});

test('text is read as it was written', () => {
  const [exam, , lab] = classes();
  expect(exam?.summary).toBe('CS101-001 Programming; with \\ and, commas');
  expect([exam?.location, lab?.location]).toEqual(['Aula', 'Lab 3']);
  expect(classes()[3]?.summary).toBe(
    'MU200-001 Nächtliche Übungen für sehr ausdauernde Musikerinnen und Musiker 🎻 im Ensemble',
  );
});
