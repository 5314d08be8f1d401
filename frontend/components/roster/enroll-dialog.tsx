'use client';

import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Picker, type Choice } from '@/components/ui/combobox';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { Segments } from '@/components/ui/segments';
import { toast } from '@/components/ui/toast-queue';
import { enrollStudent } from '@/lib/api/enrollments';
import { explain } from '@/lib/api/explain';
import { toProblem, type Problem } from '@/lib/api/problem';
import type { Course } from '@/lib/api/types';
import { userList } from '@/lib/api/users';
import { courseLabel } from '@/lib/schedule';
import { useDebounced } from '@/lib/use-debounced';

type WhenFull = 'waitlist' | 'over_capacity';

export function EnrollDialog({ course, onClose }: { course: Course; onClose: () => void }) {
  const [student, setStudent] = useState<Choice | null>(null);
  const [search, setSearch] = useState('');
  const [whenFull, setWhenFull] = useState<WhenFull>('waitlist');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const settled = useDebounced(search);
  const found = useQuery(userList({ role: 'student', is_active: true, q: settled, page_size: 8 }));

  const full = course.seats_left === 0;
  const over = full && whenFull === 'over_capacity';
  const missing = !student
    ? 'Choose a student first'
    : over && !reason.trim()
      ? 'Say why the course goes over its capacity'
      : null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!student) return;
    setBusy(true);
    setProblem(null);
    try {
      const { status } = await enrollStudent(course.id, {
        user_id: student.id,
        ...(over ? { over_capacity: true, reason: reason.trim() } : full ? { waitlist: true } : {}),
      });
      const done = status === 'pending' ? 'is on the waitlist of' : 'is enrolled in';
      toast({ tone: 'done', title: `${student.label} ${done} ${courseLabel(course)}` });
      onClose();
    } catch (error) {
      setProblem(toProblem(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={`Enrol a student in ${courseLabel(course)}`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {problem && <Notice title={explain(problem)} />}
        <Picker
          label="Student"
          placeholder="Name, email or student number"
          value={student}
          onChange={setStudent}
          choices={(found.data?.items ?? []).map((user) => ({
            id: user.id,
            label: user.full_name,
            detail: user.student_id ?? user.email,
          }))}
          searching={found.isFetching || search !== settled}
          onSearch={setSearch}
        />
        {full && (
          <>
            <Notice tone="warn" title="All seats are taken." />
            <Segments
              label="When the course is full"
              value={whenFull}
              onChange={setWhenFull}
              options={[
                { value: 'waitlist', label: 'Put on the waitlist' },
                { value: 'over_capacity', label: 'Enrol above capacity' },
              ]}
            />
          </>
        )}
        {over && (
          <TextField
            label="Reason"
            hint="Kept with the enrolment and in the audit trail."
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            error={problem?.fields.find(({ field }) => field === 'reason')?.message}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={missing} busy={busy}>
            {full && !over ? 'Put on waitlist' : 'Enrol'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
