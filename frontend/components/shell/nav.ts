import {
  BookOpen,
  CalendarClock,
  CalendarDays,
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

const byRole: Record<Role, NavItem[]> = {
  student: [home, courses, timetable],
  teacher: [home, courses, timetable],
  admin: [home, courses, people, terms, audit],
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
  return pathname === item.href || pathname.startsWith(`${item.href}/`);
}
