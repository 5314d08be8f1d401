import type { ApiSchedule } from '@/lib/schedule';

export type Role = 'admin' | 'teacher' | 'student';
export type Semester = 'fall' | 'spring' | 'summer';

export interface Page<T> {
  items: T[];
  page: number;
  page_size: number;
  total: number;
}

export interface User {
  id: string;
  email: string;
  role: Role;
  full_name: string;
  student_id: string | null;
  department: string | null;
  is_active: boolean;
  created_at: string;
  updated_at: string;
  version: number;
}

export type EnrollmentStatus = 'pending' | 'enrolled' | 'dropped' | 'completed';

export interface MyEnrollment {
  id: string;
  status: EnrollmentStatus;
  waitlist_position?: number | null;
}

export interface Course {
  id: string;
  code: string;
  section: string;
  name: string;
  description: string | null;
  department: string;
  teacher: { id: string; full_name: string } | null;
  capacity: number;
  enrolled_count: number;
  seats_left: number;
  waitlist_count: number;
  over_capacity: number;
  credits: string;
  semester: Semester;
  year: number;
  schedule: ApiSchedule;
  room: string | null;
  cross_listing: string | null;
  is_active: boolean;
  version: number;
  my_enrollment?: MyEnrollment | null;
}

export interface Student {
  id: string;
  full_name: string;
  email: string;
  student_id: string | null;
  department: string | null;
}

export interface Enrollment {
  id: string;
  user_id: string;
  course_id: string;
  status: EnrollmentStatus;
  waitlist_position: number | null;
  enrolled_at: string;
  dropped_at: string | null;
  course?: Course;
  student?: Student;
}

export interface Term {
  semester: Semester;
  year: number;
  starts_on: string | null;
  ends_on: string | null;
  registration_opens_at: string | null;
  registration_closes_at: string | null;
  drop_deadline: string | null;
  registration: 'open' | 'not_yet' | 'closed';
  courses: number;
  is_current: boolean;
}

export interface Institution {
  name: string;
  code_pattern: string;
  teaching_days: string[];
  first_year: number;
  last_year: number;
  max_credits: string;
  max_capacity: number;
  currency: string;
}

export interface Session {
  access_token: string;
  expires_in: number;
  user: User;
}
