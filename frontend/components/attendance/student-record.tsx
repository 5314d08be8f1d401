'use client';

import { useQuery } from '@tanstack/react-query';
import { Dialog } from '@/components/ui/dialog';
import { LoadFailure } from '@/components/ui/load-failure';
import { enrollmentAttendance } from '@/lib/api/attendance';
import type { StudentAttendance } from '@/lib/api/types';
import { RecordList } from './record-list';
import { TallyLine } from './tally-line';

export function StudentRecord({ student, onClose }: { student: StudentAttendance; onClose: () => void }) {
  const { data, error, refetch } = useQuery(enrollmentAttendance(student.enrollment_id));
  return (
    <Dialog title={student.student.full_name} onClose={onClose}>
      <TallyLine tally={student.tally} />
      <div className="-mx-5 mt-3 border-t border-line">
        {error ? (
          <div className="p-4">
            <LoadFailure error={error} retry={refetch} />
          </div>
        ) : data ? (
          <RecordList enrollmentId={student.enrollment_id} records={data.records} />
        ) : (
          <div aria-busy="true" className="h-60" />
        )}
      </div>
    </Dialog>
  );
}
