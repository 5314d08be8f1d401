// People who sign in, register and err.

import assert from 'node:assert/strict';
import { add, ask, failures, replicas } from './ask.mjs';

const password = 'monitoring-some-password';
const address = (name) => `${name}@monitoring.test`;

async function signIn(name, expected = 200, secret = password) {
  const body = { email: address(name), password: secret };
  return (await ask(expected, 'POST', '/api/v1/auth/login', { body })).access_token;
}

export async function people() {
  const root = await signIn('root', 200, process.env.UEMS_ADMIN_PASSWORD);
  for (const role of ['teacher', 'student']) {
    const body = { email: address(`some_${role}`), password, role, full_name: 'Some Body' };
    const { id } = await ask(201, 'POST', '/api/v1/users', { token: root, body });
    if (role === 'student') await ask(204, 'DELETE', '/api/v1/users/{id}', { token: root, ids: { id } });
  }
  const students = [];
  for (const name of ['ada', 'bob', 'eve']) {
    const body = { email: address(name), password, full_name: name };
    await ask(201, 'POST', '/api/v1/auth/register', { body });
    students.push(await signIn(name));
  }
  await signIn('some_teacher');
  await signIn('some_student', 401);
  await signIn('nobody', 401);
  for (let guess = 0; guess < 5; guess++) await signIn('ada', 401, 'a wrong password');
  await signIn('ada', 429);
  return { root, students };
}

export async function registration({ root, students: [ada, bob, eve] }) {
  const course = async (code, capacity, time) => {
    const schedule = { monday: [time] };
    const body = { code, name: code, capacity, credits: 4, semester: 'fall', year: 2026, schedule };
    return (await ask(201, 'POST', '/api/v1/courses', { token: root, body })).id;
  };
  const small = await course('MON101', 1, '09:00-10:00');
  const clashing = await course('MON102', 2, '09:30-10:30');
  const large = await course('MON103', 2, '11:00-12:00');
  const enroll = (expected, token, id, body) =>
    ask(expected, 'POST', '/api/v1/courses/{id}/enroll', { token, ids: { id }, body });
  const held = await enroll(201, ada, small);
  await enroll(409, ada, clashing);
  await enroll(409, bob, small);
  await enroll(202, bob, small, { waitlist: true });
  const { id: enrollment_id } = await enroll(201, eve, large);
  const ids = { id: small, enrollment_id: held.id };
  await ask(200, 'DELETE', '/api/v1/courses/{id}/enroll/{enrollment_id}', { token: ada, ids });
  const mark = { enrollment_id, assignment_name: 'Exam', assignment_type: 'final', max_score: 100, score: '87.5' };
  await ask(201, 'POST', '/api/v1/grades', { token: root, body: mark });
  const done = { token: root, ids: { enrollment_id }, body: {} };
  await ask(200, 'PUT', '/api/v1/grades/enrollment/{enrollment_id}/final', done);
}

export async function mistakes({ root, students: [ada] }) {
  const id = '00000000-0000-4000-8000-000000000000';
  await ask(404, 'GET', '/api/v1/courses/{id}', { token: ada, ids: { id } });
  await ask(403, 'GET', '/api/v1/users', { token: ada });
  await ask(422, 'POST', '/api/v1/courses', { token: root, body: { code: 'X' } });
  await ask(400, 'POST', '/api/v1/courses', { token: root, body: '{' });
  await ask(401, 'GET', '/api/v1/auth/me');
  await ask(405, 'PUT', '/api/v1/auth/login');
  await ask(200, 'GET', '/test/slow');
  const panic = await ask(500, 'GET', '/test/panic', { headers: { 'x-request-id': 'the-panic' } });
  assert.equal(panic.request_id, 'the-panic');
  // Addresses without a route are failures, but no series of requests.
  for (let number = 0; number < 20; number++) {
    const unknown = await fetch(`${replicas[number % replicas.length]}/api/nowhere/${number}`);
    assert.equal(unknown.status, 404);
  }
  add(failures, 'not_found warning', 20);
}
