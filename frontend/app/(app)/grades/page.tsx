import type { Metadata } from 'next';
import { MyGrades } from '@/components/marks/my-grades';

export const metadata: Metadata = { title: 'Grades' };

export default function GradesPage() {
  return <MyGrades />;
}
