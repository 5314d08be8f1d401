import type { Metadata } from 'next';
import { GradebookRoute } from './gradebook-route';

export const metadata: Metadata = { title: 'Gradebook' };

export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function GradebookPage() {
  return <GradebookRoute />;
}
