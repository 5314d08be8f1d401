import type { Metadata } from 'next';
import { MyAttendance } from '@/components/attendance/my-attendance';

export const metadata: Metadata = { title: 'Attendance' };

export default function MyAttendancePage() {
  return <MyAttendance />;
}
