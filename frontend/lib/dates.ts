/** Dates by the reader's locale. Calendar dates (`2026-09-01`) have no time zone and must not be shifted by one. */

const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const today = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export function formatDate(isoDate: string): string {
  return calendar.format(new Date(`${isoDate.slice(0, 10)}T00:00:00Z`));
}

/** "Mon, 23 Nov", of a calendar date. */
export function formatWeekday(isoDate: string): string {
  return weekday.format(new Date(`${isoDate}T00:00:00Z`));
}

export function formatDay(date: Date): string {
  return today.format(date);
}

export function formatMoment(iso: string): string {
  return moment.format(new Date(iso));
}

const seconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export function formatSeconds(iso: string): string {
  return seconds.format(new Date(iso));
}

export function formatClock(iso: string): string {
  return clock.format(new Date(iso));
}

/** "23 Nov", of a calendar date. */
export function formatShortDate(isoDate: string): string {
  return dayMonth.format(new Date(`${isoDate}T00:00:00Z`));
}

const monthYear = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric', timeZone: 'UTC' });
const monthShort = new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' });

/** Of a month like "2026-11". */
export function formatMonth(month: string, length: 'long' | 'short' = 'long'): string {
  return (length === 'long' ? monthYear : monthShort).format(new Date(`${month}-01T00:00:00Z`));
}

/** "1 Apr – 3 May", "from 1 Apr", "until 3 May" or nothing. */
export function formatDateRange(from?: string | null, to?: string | null): string {
  const short = (iso: string) => dayMonth.format(new Date(`${iso}T00:00:00Z`));
  if (from && to) return `${short(from)} – ${short(to)}`;
  if (from) return `from ${short(from)}`;
  return to ? `until ${short(to)}` : '';
}

/** The local calendar date, as the API spells dates. */
export function isoDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** For `<input type="datetime-local">`, which knows local time only. */
export function toLocalInput(iso: string | null | undefined): string {
  if (!iso) return '';
  const date = new Date(iso);
  const clock = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
  return `${isoDate(date)}T${clock}`;
}

export function fromLocalInput(local: string): string | null {
  return local ? new Date(local).toISOString() : null;
}

/** The first moment of a local calendar date, or of the one after it. */
export function startOfDay(isoDate: string, daysLater = 0): string | undefined {
  const [year, month, day] = isoDate.split('-').map(Number);
  if (!year || !month || !day) return undefined;
  return new Date(year, month - 1, day + daysLater).toISOString();
}
