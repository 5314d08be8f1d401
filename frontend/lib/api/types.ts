import type { components, operations } from './schema.gen';

type Schemas = components['schemas'];

export type User = Schemas['User'];
export type Role = Schemas['Role'];
export type Course = Schemas['Course'];
export type ChangedCourse = Schemas['ChangedCourse'];
export type CreateCourse = Schemas['CreateCourse'];
export type UpdateCourse = Schemas['UpdateCourse'];
export type MyEnrollment = Schemas['MyEnrollment'];
export type Enrollment = Schemas['Enrollment'];
export type EnrollmentStatus = Schemas['Status'];
export type EnrollRequest = Schemas['EnrollRequest'];
export type CreateUser = Schemas['CreateUser'];
export type UpdateUser = Schemas['UpdateUser'];
export type RegisterRequest = Schemas['RegisterRequest'];
export type Term = Schemas['Term'];
export type TermDates = Schemas['PutTerm'];
export type Semester = Schemas['Semester'];
export type FieldError = Schemas['FieldError'];
export type Clash = Schemas['Clash'];
export type CartRefusal = Schemas['CartRefusal'];
export type CourseRef = Schemas['CourseRef'];
/** The generator reads "any object" as "an object without fields". */
export type AuditEntry = Omit<Schemas['AuditEntry'], 'facts'> & { facts: Record<string, unknown> };
export type Dashboard = Schemas['Dashboard'];
export type EnrollmentReport = Schemas['EnrollmentReport'];
export type RevenueReport = Schemas['RevenueReport'];
export type Money = Schemas['Money'];
export type UnmetDemand = Schemas['UnmetDemand'];
export type PerformanceReport = Schemas['PerformanceReport'];
export type CoursePerformance = Schemas['CoursePerformance'];
export type MarkFigures = Schemas['MarkFigures'];
export type AttendanceMark = Schemas['Mark'];
export type AttendanceRecord = Schemas['Record'];
export type AttendanceVerdict = Schemas['AttendanceVerdict'];
export type AttendanceTally = Schemas['Tally'];
export type ClassAttendance = Schemas['ClassAttendance'];
export type StudentAttendance = Schemas['StudentAttendance'];
export type CourseTally = Schemas['CourseTally'];
export type Meeting = Schemas['Meeting'];
export type MarkClass = Schemas['MarkClass'];
export type MarkStudent = Schemas['MarkStudent'];
export type MarkedClass = Schemas['MarkedClass'];
export type Session = operations['login']['responses'][200]['content']['application/json'];

export type CourseFilter = NonNullable<operations['list_courses']['parameters']['query']>;
type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;
export type EnrollmentPeriod = QueryOf<'analytics_enrollments'>;
export type RevenuePeriod = QueryOf<'analytics_revenue'>;
export type DemandFilter = QueryOf<'analytics_unmet_demand'>;
export type PerformanceFilter = QueryOf<'analytics_performance'>;
export type AuditFilter = NonNullable<operations['list_audit']['parameters']['query']>;
export type UserFilter = NonNullable<operations['list_users']['parameters']['query']>;

export interface Page<T> {
  items: T[];
  page: number;
  page_size: number;
  total: number;
}
