import type { Metadata } from 'next';
import { EditRoute } from './edit-route';

export const metadata: Metadata = { title: 'Edit course' };

export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function EditCoursePage() {
  return <EditRoute />;
}
