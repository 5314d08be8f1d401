import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Catalogue } from '@/components/catalogue/catalogue';

export const metadata: Metadata = { title: 'Courses' };

export default function CoursesPage() {
  return (
    <Suspense>
      <Catalogue />
    </Suspense>
  );
}
