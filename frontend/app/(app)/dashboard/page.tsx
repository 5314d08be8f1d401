import type { Metadata } from 'next';
export const metadata: Metadata = { title: 'Home' };
export default function DashboardPage() {
  return <h1>Home</h1>;
}
