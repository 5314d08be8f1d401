import { queryOptions } from '@tanstack/react-query';
import {
  canVerify,
  digestOf,
  isSignedBy,
  takeApart,
  type Reason,
  type TranscriptFile,
} from '../transcript-code';
import { api } from './client';
import { queryClient } from './query-client';
import type { CodeFacts } from './types';

export function transcriptOf(userId: string) {
  return queryOptions({
    queryKey: ['transcripts', userId],
    queryFn: ({ signal }) => api.get('/users/{id}/transcript', { path: { id: userId }, signal }),
    // Each asking issues one, with a moment and a code of its own; not while it is being looked at.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Asked for once when the page opens; from then on codes are checked without the server. */
export const signingKeys = queryOptions({
  queryKey: ['transcripts', 'keys'],
  queryFn: ({ signal }) => api.get('/transcripts/keys', { signal }),
  networkMode: 'always',
  staleTime: Infinity,
  gcTime: Infinity,
});

export interface Checked {
  valid: boolean;
  reason: Reason | null;
  facts: CodeFacts | null;
  /** Null without a file. */
  matches: boolean | null;
  where: 'here' | 'server';
}

export function checkOf(code: string, file: TranscriptFile | null) {
  return queryOptions({
    queryKey: ['transcripts', 'check', code, file],
    queryFn: () => check(code, file),
    enabled: code.trim() !== '',
    // It needs no network where the browser can do it.
    networkMode: 'always',
    retry: false,
    staleTime: Infinity,
  });
}

async function check(code: string, file: TranscriptFile | null): Promise<Checked> {
  if (!(await canVerify())) return checkByServer(code, file);
  const claim = takeApart(code);
  const invalid = (reason: Reason): Checked => ({
    valid: false,
    reason,
    facts: null,
    matches: null,
    where: 'here',
  });
  if (!claim) return invalid('malformed');
  const key = await keyNamed(claim.facts.kid);
  if (!key) return invalid('unknown_key');
  if (!(await isSignedBy(claim, key))) return invalid('bad_signature');
  const matches = file ? (await digestOf(file.transcript)) === claim.facts.sha256 : null;
  return { valid: true, reason: null, facts: claim.facts, matches, where: 'here' };
}

/** A key that came into use after the page was opened is asked for once more. */
async function keyNamed(kid: string) {
  const named = ({ items }: Awaited<ReturnType<NonNullable<typeof signingKeys.queryFn>>>) =>
    items.find((key) => key.kid === kid);
  const known = named(await queryClient.ensureQueryData(signingKeys));
  return known ?? named(await queryClient.fetchQuery({ ...signingKeys, staleTime: 0 }));
}

async function checkByServer(code: string, file: TranscriptFile | null): Promise<Checked> {
  const { valid, reason, facts, transcript_matches } = await api.post('/transcripts/verify', {
    body: file ? { code, transcript: file.transcript as Record<string, never> } : { code },
  });
  return {
    valid,
    reason: reason ?? null,
    facts: facts ?? null,
    matches: transcript_matches ?? null,
    where: 'server',
  };
}
