import { api } from './client';
import { refresh } from './http';
import type { RegisterRequest } from './types';
import { session } from '../session';

export async function signIn(email: string, password: string): Promise<void> {
  const { access_token, user } = await api.post('/auth/login', { body: { email, password } });
  session.signIn(access_token, user);
}

export async function register(body: RegisterRequest): Promise<void> {
  await api.post('/auth/register', { body });
  await signIn(body.email, body.password);
}

/** Signed out here even if the server cannot be told: the access token is gone with this. */
export async function signOut(): Promise<void> {
  try {
    await api.post('/auth/logout');
  } finally {
    session.end('left');
  }
}

/** Picks up the session a reload left behind. */
export async function resume(): Promise<void> {
  if (!session.mayExist()) return session.end('never');
  try {
    await refresh();
  } catch {
    if (session.state().status === 'loading') session.end('unreachable');
  }
}
