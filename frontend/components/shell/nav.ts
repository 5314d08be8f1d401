import { BookOpen, CalendarClock, CalendarDays, House, Users, type LucideIcon } from 'lucide-react';
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

const byRole: Record<Role, NavItem[]> = {
  student: [home, courses, timetable],
  teacher: [home, courses, timetable],
  admin: [home, courses, people, terms],
};

export function navFor(role: Role): NavItem[] {
  return byRole[role];
}

export function isCurrent(item: NavItem, pathname: string): boolean {
  return pathname === item.href || pathname.startsWith(`${item.href}/`);
}
