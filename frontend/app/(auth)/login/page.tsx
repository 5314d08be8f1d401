import type { Metadata } from 'next';
import { SignInForm } from '@/components/account/sign-in-form';

export const metadata: Metadata = { title: 'Sign in' };

export default function SignInPage() {
  return (
    <>
      <h1 className="text-2xl font-semibold">Sign in to UEMS</h1>
      <p className="mt-1 text-muted">Use your university account.</p>
      <SignInForm />
    </>
  );
}
