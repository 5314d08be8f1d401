'use client';

import { Gradebook } from '@/components/gradebook/gradebook';
import { GradebookSkeleton } from '@/components/gradebook/gradebook-skeleton';
import { useRouteId } from '@/lib/route-id';

export function GradebookRoute() {
  const id = useRouteId();
  return id ? <Gradebook key={id} courseId={id} /> : <GradebookSkeleton />;
}
