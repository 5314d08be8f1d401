import { webcrypto } from 'node:crypto';
import { beforeAll, expect, test, vi } from 'vitest';
import type { PublicKey } from './api/types';
import { canonical, canVerify, digestOf, isSignedBy, readFile, takeApart } from './transcript-code';

beforeAll(() => vi.stubGlobal('crypto', webcrypto));

const facts = {
  credits_earned: '60.00',
  full_name: 'Ada Lövelace',
  gpa: null,
  institution: 'UEMS',
  issued_at: '2026-11-25T10:00:00Z',
  kid: 'k1',
  sha256: 'f'.repeat(64),
  student_id: 'S1',
};
const base64url = (data: string | ArrayBuffer) => Buffer.from(data as string).toString('base64url');

async function issue(payload: string = canonical(facts)) {
  const pair = (await webcrypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const signed = `UEMS1.${base64url(payload)}`;
  const signature = await webcrypto.subtle.sign('Ed25519', pair.privateKey, Buffer.from(signed));
  const raw = await webcrypto.subtle.exportKey('raw', pair.publicKey);
  return {
    code: `${signed}.${base64url(signature)}`,
    key: { kid: 'k1', public_key: base64url(raw) } as PublicKey,
  };
}

test('a true code is signed by its key, with spaces and line ends in it', async () => {
  const { code, key } = await issue();
  const claim = takeApart(` ${code.slice(0, 40)}\r\n ${code.slice(40)}\n`);
  expect(claim?.facts).toEqual(facts);
  expect(await canVerify()).toBe(true);
  expect(claim && (await isSignedBy(claim, key))).toBe(true);
  expect(claim && (await isSignedBy(claim, (await issue()).key))).toBe(false);
});

test('no other byte may be changed, anywhere', async () => {
  const { code, key } = await issue();
  for (let at = 0; at < code.length; at += 1) {
    const other = code[at] === 'A' ? 'B' : 'A';
    const claim = takeApart(code.slice(0, at) + other + code.slice(at + 1));
    if (claim) expect(await isSignedBy(claim, key), `byte ${at}`).toBe(false);
  }
});

test.each([
  '',
  'UEMS1',
  'UEMS1..',
  'UEMS2.e30.AA',
  'UEMS1.e30.AA',
  'UEMS1.e30.AA.AA',
  `UEMS1.${'A'.repeat(5000)}.AA`,
])('is no code: %s', (text) => expect(takeApart(text)).toBeNull());

test('a payload in another spelling is no code', async () => {
  const { code } = await issue(JSON.stringify({ ...facts, a: 1 }, null, 1));
  expect(takeApart(code)).toBeNull();
});

test('one spelling whatever the order', async () => {
  expect(canonical({ b: [1, null], a: 'é\n', '': {} })).toBe('{"":{},"a":"é\\n","b":[1,null]}');
  expect(canonical({ '\u{fb33}': 1, '😀': 2 })).toBe('{"😀":2,"\u{fb33}":1}');
  expect(await digestOf({ b: 1, a: 2 })).toBe(await digestOf({ a: 2, b: 1 }));
});

test('a file is a transcript, alone or with its code; a name given twice is refused', () => {
  const transcript = { student: { full_name: 'A "quoted: name"' }, terms: [] };
  expect(readFile(JSON.stringify(transcript))).toEqual({ transcript, code: null });
  expect(readFile(JSON.stringify({ transcript, code: 'UEMS1', key_id: 'k' }))?.code).toBe('UEMS1');
  expect(readFile('{"student":{},"terms":[],"terms":[1]}')).toBeNull();
  expect(readFile('{"other":1}')).toBeNull();
  expect(readFile('not json')).toBeNull();
});
