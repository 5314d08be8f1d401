import type { CodeFacts, PublicKey } from './api/types';

/** The check of a transcript's code as docs/transcripts.md has it, in this browser and without the server. */
export type Reason = 'malformed' | 'unknown_key' | 'bad_signature';

export interface Claim {
  /** What the signature is over. */
  signed: string;
  signature: Uint8Array<ArrayBuffer>;
  facts: CodeFacts;
}

const FORM = 'UEMS1';
const LONGEST = 4096;

/** Spaces and line ends do not count; everything else does. */
export function takeApart(text: string): Claim | null {
  const code = text.replace(/\s+/g, '');
  const [form, payload, signature, ...more] = code.split('.');
  if (code.length > LONGEST || form !== FORM || !payload || !signature || more.length > 0) return null;
  const [json, bytes] = [unpack(payload), unpack(signature)];
  if (!json || !bytes) return null;
  try {
    const written = new TextDecoder('utf-8', { fatal: true }).decode(json);
    const facts: unknown = JSON.parse(written);
    // One spelling only: nobody can hide a second value behind the first.
    if (canonical(facts) !== written || !isFacts(facts)) return null;
    return { signed: `${form}.${payload}`, signature: bytes, facts };
  } catch {
    return null;
  }
}

function isFacts(value: unknown): value is CodeFacts {
  const text = (name: string) => typeof (value as Record<string, unknown>)[name] === 'string';
  return (
    typeof value === 'object' &&
    value !== null &&
    ['kid', 'institution', 'full_name', 'issued_at', 'credits_earned', 'sha256'].every(text)
  );
}

/** RFC 8785 for what a transcript has: objects, lists, text, whole numbers and null. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** Base64url without padding, in its one spelling: bits that say nothing are zero. */
function unpack(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    if (btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') !== text) return null;
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Whether this browser can do it: not over plain HTTP, and not in older ones. */
export async function canVerify(): Promise<boolean> {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

export async function isSignedBy(claim: Claim, key: PublicKey): Promise<boolean> {
  const raw = unpack(key.public_key);
  if (!raw || claim.signature.length !== 64) return false;
  const imported = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  const signed = new TextEncoder().encode(claim.signed);
  return crypto.subtle.verify('Ed25519', imported, claim.signature, signed);
}

export async function digestOf(value: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical(value)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface TranscriptFile {
  transcript: unknown;
  /** In a file saved here, the code stands beside the transcript. */
  code: string | null;
}

/** A transcript as it was saved here, or alone. Null for anything else, and where a name is given twice. */
export function readFile(text: string): TranscriptFile | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || membersOf(value) !== writtenMembers(text)) return null;
    if ('transcript' in value && 'code' in value) {
      return { transcript: value.transcript, code: typeof value.code === 'string' ? value.code : null };
    }
    return 'student' in value && 'terms' in value ? { transcript: value, code: null } : null;
  } catch {
    return null;
  }
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, member) => sum + membersOf(member), own);
}

/** Names in the text, also those that a later one of the same name replaced. */
function writtenMembers(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)].filter(([, colon]) => colon).length;
}
