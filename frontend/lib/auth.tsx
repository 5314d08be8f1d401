'use client';

import { createContext, use, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { resume } from './api/auth';
import type { User } from './api/types';
import { session, type SessionState } from './session';

const AuthContext = createContext<SessionState>({ status: 'loading' });
const loading: SessionState = { status: 'loading' };

export function AuthProvider({ children }: { children: ReactNode }) {
  const state = useSyncExternalStore(session.subscribe, session.state, () => loading);
  useEffect(() => void resume(), []);
  return <AuthContext value={state}>{children}</AuthContext>;
}

export function useSession(): SessionState {
  return use(AuthContext);
}

/** For everything inside the shell, which shows nothing before somebody is signed in. */
export function useUser(): User {
  const state = use(AuthContext);
  if (state.status !== 'signed-in') throw new Error('useUser outside the signed-in part');
  return state.user;
}
