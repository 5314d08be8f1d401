import { describe, expect, it } from 'vitest';
import type { AttendanceVerdict, StudentAttendance } from '@/lib/api/types';
import {
  afterSave,
  countMarks,
  decide,
  decisionFor,
  matching,
  misses,
  nothingDecided,
  restPresent,
  toRecords,
} from './roll';

function student(id: string, record: { status: string; notes?: string; version: number } | null = null) {
  return {
    enrollment_id: id,
    student: { full_name: `Student ${id}`, student_id: `S-${id}` },
    tally: { present: 0, absent: 0, late: 0, excused: 0, rate: null },
    record,
    records: [],
  } as unknown as StudentAttendance;
}

const ada = student('ada');
const ben = student('ben', { status: 'absent', version: 3 });
const klass = [ada, ben];

describe('the roll', () => {
  it('marks the rest present and leaves what is marked alone', () => {
    const decisions = restPresent(nothingDecided, klass);
    expect(decisionFor(ada, decisions)?.status).toBe('present');
    expect(decisionFor(ben, decisions)?.status).toBe('absent');
    expect(decisions.size).toBe(1);
    expect(countMarks(klass, decisions)).toEqual({ present: 1, absent: 1, late: 0, excused: 0, open: 0 });
  });

  it('forgets a decision that goes back to what is saved', () => {
    const changed = decide(nothingDecided, ben, { status: 'late' });
    expect(changed.size).toBe(1);
    expect(decide(changed, ben, { status: 'absent' }).size).toBe(0);
  });

  it('sends what changed, with the version it was decided on', () => {
    const decisions = decide(decide(nothingDecided, ada, { status: 'present' }), ben, {
      status: 'excused',
      notes: ' ill ',
    });
    expect(toRecords(decisions, klass)).toEqual([
      { enrollment_id: 'ada', status: 'present', notes: null, version: null },
      { enrollment_id: 'ben', status: 'excused', notes: 'ill', version: 3 },
    ]);
    expect(toRecords(decisions, klass, new Map([['ben', 5]]))[1]?.version).toBe(5);
  });

  it('keeps only what the server did not take', () => {
    const decisions = decide(decide(nothingDecided, ada, {}), ben, { status: 'late' });
    const verdicts = [
      { enrollment_id: 'ada', verdict: 'written' },
      { enrollment_id: 'ben', verdict: 'stale' },
    ] as AttendanceVerdict[];
    expect([...afterSave(decisions, verdicts).keys()]).toEqual(['ben']);
  });

  it('notices who misses a quarter or more, counting late as there and excused as nothing', () => {
    const tally = (present: number, absent: number, late = 0, excused = 0) => ({
      tally: { present, absent, late, excused, rate: null },
    });
    expect(misses(tally(3, 1))).toBe(true);
    expect(misses(tally(3, 1, 1))).toBe(false);
    expect(misses(tally(3, 1, 0, 9))).toBe(true);
    expect(misses(tally(0, 0, 0, 4))).toBe(false);
    expect(misses(tally(0, 1))).toBe(false);
  });

  it('finds by name or number', () => {
    expect(matching(klass, 'BEN')).toEqual([ben]);
    expect(matching(klass, 's-ada')).toEqual([ada]);
    expect(matching(klass, '')).toHaveLength(2);
  });
});
