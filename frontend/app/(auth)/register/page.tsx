import type { Metadata } from 'next';
import { RegisterForm } from '@/components/account/register-form';

export const metadata: Metadata = { title: 'Create an account' };

export default function RegisterPage() {
  return (
    <>
      <h1 className="text-2xl font-semibold">Create a student account</h1>
      <p className="mt-1 text-muted">Your student number is assigned right away.</p>
      <RegisterForm />
    </>
  );
}
