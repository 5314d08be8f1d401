import {
  BookOpen,
  CalendarClock,
  CalendarDays,
  ChartColumn,
  ClipboardCheck,
  CreditCard,
  FilePen,
  FileText,
  GraduationCap,
  House,
  ScrollText,
  Users,
  type LucideIcon,
} from 'lucide-react';
import type { Role } from '@/lib/api/types';
import { paths } from '@/lib/paths';

export interface NavItem {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
}

const home: NavItem = { href: paths.home, label: 'Home', icon: House, key: 'h' };
const courses: NavItem = { href: paths.courses, label: 'Courses', icon: BookOpen, key: 'c' };
const timetable: NavItem = { href: paths.timetable, label: 'My week', icon: CalendarDays, key: 'w' };
const people: NavItem = { href: paths.people, label: 'People', icon: Users, key: 'p' };
const terms: NavItem = { href: paths.terms, label: 'Terms', icon: CalendarClock, key: 't' };
const audit: NavItem = { href: paths.audit, label: 'Audit trail', icon: ScrollText, key: 'u' };
const analytics: NavItem = { href: paths.analytics, label: 'Analytics', icon: ChartColumn, key: 'n' };
const performance: NavItem = { href: paths.performance, label: 'Performance', icon: ChartColumn, key: 'n' };
const grades: NavItem = { href: paths.grades, label: 'Grades', icon: GraduationCap, key: 'm' };
const attendance: NavItem = { href: paths.attendance, label: 'Attendance', icon: ClipboardCheck, key: 'a' };
const changes: NavItem = { href: paths.gradeChanges, label: 'Grade changes', icon: FilePen, key: 'm' };
const transcript: NavItem = { href: paths.transcript, label: 'Transcript', icon: FileText, key: 'r' };
const payments: NavItem = { href: paths.payments, label: 'Payments', icon: CreditCard, key: 'b' };
const money: NavItem = { href: paths.adminPayments, label: 'Payments', icon: CreditCard, key: 'b' };

const byRole: Record<Role, NavItem[]> = {
  student: [home, courses, timetable, grades, attendance, payments, transcript],
  teacher: [home, courses, timetable, performance],
  admin: [home, courses, people, terms, money, changes, analytics, audit],
};

export function navFor(role: Role): NavItem[] {
  return byRole[role];
}

/** A phone's bar holds five; of more than that, the last ones stand behind "More". */
const IN_BAR = 5;

export function forBar(items: NavItem[]): { shown: NavItem[]; more: NavItem[] } {
  const shown = items.length > IN_BAR ? IN_BAR - 1 : IN_BAR;
  return { shown: items.slice(0, shown), more: items.slice(shown) };
}

export function isCurrent(item: NavItem, pathname: string): boolean {
  // The reports of an administrator have the courses' one among them.
  if (item === analytics && pathname === paths.performance) return true;
  return pathname === item.href || pathname.startsWith(`${item.href}/`);
}
