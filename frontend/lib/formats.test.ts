import { describe, expect, it } from 'vitest';
import { formatDate, formatDateRange, fromLocalInput, isoDate, toLocalInput } from './dates';
import { formatCount, formatCredits, plural, sumCredits } from './numbers';

describe('credits', () => {
  it.each([
    ['4.00', '4'],
    ['2.50', '2.5'],
    ['0.25', '0.25'],
  ])('%s reads %s', (amount, text) => expect(formatCredits(amount).replace(',', '.')).toBe(text));

  it('sums exactly', () => {
    expect(sumCredits(['0.10', '0.20'])).toBe('0.30');
    expect(sumCredits(['2.50', '4.00', '6.00', '6.00'])).toBe('18.50');
    expect(sumCredits([])).toBe('0.00');
  });
});

describe('counts', () => {
  it('agrees in number', () => {
    expect(plural(1, 'course')).toBe('1 course');
    expect(plural(0, 'course')).toBe('0 courses');
    expect(plural(2, 'person', 'people')).toBe('2 people');
  });

  it('groups thousands as the reader does', () => {
    expect(formatCount(12345)).toBe(new Intl.NumberFormat().format(12345));
  });
});

describe('dates', () => {
  it('does not shift a calendar date by the time zone', () => {
    expect(formatDate('2026-09-01')).toBe(
      new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' }).format(
        Date.UTC(2026, 8, 1),
      ),
    );
    expect(formatDate('2026-09-01')).toContain('1');
  });

  it('writes ranges with either end open', () => {
    expect(formatDateRange('2026-04-01', '2026-05-03')).toContain('–');
    expect(formatDateRange('2026-04-01', null)).toMatch(/^from /);
    expect(formatDateRange(undefined, '2026-04-01')).toMatch(/^until /);
    expect(formatDateRange()).toBe('');
  });

  it('survives the way through a datetime field', () => {
    const iso = '2026-08-01T08:30:00.000Z';
    expect(fromLocalInput(toLocalInput(iso))).toBe(iso);
    expect(fromLocalInput('')).toBeNull();
    expect(toLocalInput(null)).toBe('');
  });

  it('spells the local date', () => {
    expect(isoDate(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
  });
});
