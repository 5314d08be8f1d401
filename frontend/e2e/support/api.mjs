import assert from 'node:assert/strict';

export const BASE = (process.env.UEMS_URL ?? 'http://127.0.0.1:8000').replace(/\/$/, '');
const PASSWORD = process.env.UEMS_DEMO_PASSWORD ?? 'uems-demo-2024!';

export const demo = {
  admin: { email: 'admin@uems.test', password: PASSWORD },
  teacher: { email: 'teacher@uems.test', password: PASSWORD },
  student: { email: 'student@uems.test', password: PASSWORD },
};

async function request(token, method, path, body) {
  const answer = await fetch(`${BASE}/api/v1${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** A client that acts as somebody. */
export async function as({ email, password }) {
  const { access_token: token, user } = await request(null, 'POST', '/auth/login', { email, password });
  return {
    user,
    get: (path) => request(token, 'GET', path),
    post: (path, body) => request(token, 'POST', path, body),
    put: (path, body) => request(token, 'PUT', path, body),
    delete: (path) => request(token, 'DELETE', path),
  };
}

let admin;
/** One session of the demo administrator for everything a story prepares. */
export async function asAdmin() {
  admin ??= as(demo.admin);
  return admin;
}

export async function newStudent(name = 'Emmy Noether') {
  const account = { email: `${unique('student')}@example.edu`, password: 'a long enough password' };
  const user = await request(null, 'POST', '/auth/register', { ...account, full_name: name });
  return { ...account, user };
}

export function unique(prefix) {
  return `${prefix}-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
}

function letters(count) {
  return Array.from({ length: count }, () => String.fromCharCode(65 + Math.floor(Math.random() * 26))).join(
    '',
  );
}

export function uniqueCode() {
  return `${letters(4)}${100 + Math.floor(Math.random() * 900)}`;
}

let term;
/** A term of the tests' own, always open, so that no seeded course is in their way. */
export async function testTerm() {
  term ??= (async () => {
    const client = await asAdmin();
    const { last_year: year } = await client.get('/institution');
    await client.put(`/terms/${year}/summer`, {});
    return { semester: 'summer', year, key: `summer-${year}` };
  })();
  return term;
}

export async function newCourse(fields = {}) {
  const client = await asAdmin();
  const { semester, year } = await testTerm();
  return client.post('/courses', {
    code: uniqueCode(),
    name: 'Introduction to Testing',
    capacity: 5,
    credits: '3.00',
    semester,
    year,
    schedule: { monday: ['09:00-11:00'] },
    ...fields,
  });
}
