import type { User } from './api/types';

export type SessionState =
  | { status: 'loading' }
  | { status: 'signed-out'; why: 'never' | 'left' | 'expired' | 'unreachable' }
  | { status: 'signed-in'; user: User };

/** Shared with other tabs, so that signing out in one ends all of them. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('uems-session');

let state: SessionState = { status: 'loading' };
let accessToken: string | null = null;
const listeners = new Set<() => void>();

function become(next: SessionState, token: string | null) {
  state = next;
  accessToken = token;
  for (const listener of listeners) listener();
}

/** Who is signed in, outside React because the HTTP interceptors need it too. */
export const session = {
  state: () => state,
  token: () => accessToken,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  signIn(token: string, user: User) {
    become({ status: 'signed-in', user }, token);
  },
  update(user: User) {
    if (state.status === 'signed-in') become({ status: 'signed-in', user }, accessToken);
  },
  end(why: 'never' | 'left' | 'expired' | 'unreachable') {
    if (why === 'left') channel?.postMessage('left');
    become({ status: 'signed-out', why }, null);
  },
  /** A cookie readable by scripts says only that trying is worth a request. */
  mayExist: () => document.cookie.split('; ').includes('uems_session=1'),
};

if (channel) channel.onmessage = () => become({ status: 'signed-out', why: 'left' }, null);
