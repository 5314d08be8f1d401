import type { Meeting } from '@/lib/api/types';
import { formatWeekday } from '@/lib/dates';

export function sameMeeting(a: { date: string; meeting: number }, b: { date: string; meeting: number }) {
  return a.date === b.date && a.meeting === b.meeting;
}

/** "Today", "Yesterday", or the day itself. */
export function dayLabel(date: string, today: string): string {
  const days = Math.round((Date.parse(today) - Date.parse(date)) / 86_400_000);
  if (days === 0) return 'Today';
  return days === 1 ? 'Yesterday' : formatWeekday(date);
}

export function timeLabel({ start, end, meeting, make_up, kind }: Meeting): string {
  const time = start && end ? `${start}–${end}` : meeting > 1 ? `Meeting ${meeting}` : '';
  return [time, kind, make_up && 'make-up'].filter(Boolean).join(' · ');
}
