/** Every address of the UI. Nothing else spells one. */
export const paths = {
  root: '/',
  signIn: '/login',
  register: '/register',
  home: '/dashboard',
  courses: '/courses',
  course: (id: string) => `/courses/${id}`,
  courseEdit: (id: string) => `/courses/${id}/edit`,
  gradebook: (id: string) => `/courses/${id}/gradebook`,
  roll: (id: string) => `/courses/${id}/attendance`,
  rollOf: (id: string, date: string, meeting: number) =>
    `/courses/${id}/attendance?date=${date}&meeting=${meeting}`,
  courseNew: '/admin/courses/new',
  grades: '/grades',
  attendance: '/attendance',
  gradeChanges: '/admin/grade-changes',
  timetable: '/timetable',
  people: '/admin/people',
  personNew: '/admin/people?new=true',
  person: (id: string) => `/admin/people?person=${id}`,
  terms: '/admin/terms',
  analytics: '/admin/analytics',
  report: (view: string) => (view ? `/admin/analytics?view=${view}` : '/admin/analytics'),
  performance: '/performance',
  transcript: '/transcript',
  transcriptOf: (student: string) => `/transcript?student=${student}`,
  verify: '/verify',
  audit: '/admin/audit',
  auditOf: (person: string) => `/admin/audit?subject=${person}`,
  payments: '/payments',
  payment: (id: string) => `/payments/${id}`,
  /** The one page that may talk to the card service: reached by a full load, so that its own policy counts. */
  pay: (id: string) => `/payments/${id}/pay`,
  receipt: (id: string) => `/payments/${id}/receipt`,
  adminPayments: '/admin/payments',
  adminPaymentsOf: (student: string) => `/admin/payments?q=${encodeURIComponent(student)}`,
  charges: '/admin/payments/charges',
  reconciliation: '/admin/payments/reconciliation',
  profile: '/profile',
} as const;

/** Where to send someone after signing in: only ever an address of our own. */
export function safeReturn(to: string | null): string {
  return to && /^\/(?![/\\])/.test(to) ? to : paths.home;
}

export function signInFrom(pathname: string): string {
  return pathname === paths.home || pathname === paths.root
    ? paths.signIn
    : `${paths.signIn}?next=${encodeURIComponent(pathname)}`;
}
