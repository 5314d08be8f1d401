'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import { signOut } from '@/lib/api/auth';
import { courseList } from '@/lib/api/courses';
import { userList } from '@/lib/api/users';
import { useUser } from '@/lib/auth';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import { setTheme } from '@/lib/theme';
import { leave } from '@/lib/unsaved';
import { useDebounced } from '@/lib/use-debounced';
import type { NavItem } from './nav';

interface Command {
  id: string;
  label: string;
  detail?: string;
  run: () => void;
}

interface PaletteProps {
  items: NavItem[];
  onClose: () => void;
  onHelp: () => void;
}

export function CommandPalette({ items, onClose, onHelp }: PaletteProps) {
  const user = useUser();
  const router = useRouter();
  const [text, setText] = useState('');
  const found = useFound(useDebounced(text.trim(), 150), user.role === 'admin');

  const go = (href: string) => () => leave(() => router.push(href));
  const pages: Command[] = items.map(({ href, label }) => ({ id: href, label, run: go(href) }));
  const actions: Command[] = [
    ...(user.role === 'admin'
      ? [
          { id: 'new-course', label: 'New course', run: go(paths.courseNew) },
          { id: 'new-person', label: 'New person', run: go(paths.personNew) },
        ]
      : []),
    { id: 'profile', label: 'Profile and password', run: go(paths.profile) },
    { id: 'light', label: 'Light theme', run: () => setTheme('light') },
    { id: 'dark', label: 'Dark theme', run: () => setTheme('dark') },
    { id: 'system', label: 'Theme of the system', run: () => setTheme('system') },
    { id: 'help', label: 'Keyboard shortcuts', run: onHelp },
    { id: 'sign-out', label: 'Sign out', run: () => leave(() => void signOut()) },
  ];
  const matches = ({ label }: Command) => label.toLowerCase().includes(text.trim().toLowerCase());
  const sections = [
    { title: 'Courses', commands: found.courses },
    { title: 'People', commands: found.people },
    { title: 'Pages', commands: pages.filter(matches) },
    { title: 'Actions', commands: actions.filter(matches) },
  ].filter((section) => section.commands.length > 0);

  const run = (id: string) => {
    const command = sections.flatMap((section) => section.commands).find((candidate) => candidate.id === id);
    onClose();
    command?.run();
  };

  return (
    <ModalOverlay
      data-overlay
      isOpen
      isDismissable
      onOpenChange={(open) => open || onClose()}
      className="fixed inset-0 z-40 flex items-start justify-center bg-black/45 p-3 pt-[12dvh]"
    >
      <Modal className="w-full max-w-lg overflow-hidden rounded-xl border border-line bg-surface shadow-float">
        <Dialog aria-label="Go to" className="outline-none">
          <Autocomplete inputValue={text} onInputChange={setText}>
            <SearchField aria-label="Page, course or action" autoFocus className="border-b border-line">
              <Input
                placeholder="Page, course or action"
                className="h-12 w-full bg-transparent px-4 text-base outline-none placeholder:text-muted [&::-webkit-search-cancel-button]:hidden"
              />
            </SearchField>
            {/* In the tab order because it scrolls; its items follow the arrows of the field above. */}
            <div tabIndex={0} className="max-h-[min(36rem,70dvh)] overflow-y-auto p-1.5 -outline-offset-2">
              <Menu
                aria-label="Results"
                onAction={(key) => run(String(key))}
                renderEmptyState={() => (
                  <p className="px-3 py-6 text-center text-sm text-muted">Nothing found</p>
                )}
                className="outline-none"
              >
                {sections.map((section) => (
                  <MenuSection key={section.title} id={section.title} className="mb-1">
                    <Header className="px-2.5 pt-1.5 pb-1 text-2xs font-medium text-muted">
                      {section.title}
                    </Header>
                    {section.commands.map((command) => (
                      <MenuItem
                        key={command.id}
                        id={command.id}
                        textValue={command.label}
                        className="flex min-h-9 cursor-default items-center gap-3 rounded-md px-2.5 text-base outline-none focus:bg-accent-soft pointer-coarse:min-h-11"
                      >
                        <span className="truncate">{command.label}</span>
                        {command.detail && (
                          <span className="ml-auto shrink-0 text-xs text-muted">{command.detail}</span>
                        )}
                      </MenuItem>
                    ))}
                  </MenuSection>
                ))}
              </Menu>
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Courses for everybody, people for those who may list them. */
function useFound(text: string, withPeople: boolean): { courses: Command[]; people: Command[] } {
  const router = useRouter();
  const asked = text.length > 1;
  const courses = useQuery({ ...courseList({ q: text, page_size: 6 }), enabled: asked });
  const people = useQuery({ ...userList({ q: text, page_size: 4 }), enabled: asked && withPeople });
  if (!asked) return { courses: [], people: [] };
  return {
    courses: (courses.data?.items ?? []).map((course) => ({
      id: course.id,
      label: `${courseLabel(course)}  ${course.name}`,
      detail: termLabel(course),
      run: () => leave(() => router.push(paths.course(course.id))),
    })),
    people: (withPeople ? (people.data?.items ?? []) : []).map((person) => ({
      id: person.id,
      label: person.full_name,
      detail: person.role,
      run: () => leave(() => router.push(paths.person(person.id))),
    })),
  };
}
