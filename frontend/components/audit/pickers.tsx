'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Picker, type Choice } from '@/components/ui/combobox';
import { courseDetail, courseList } from '@/lib/api/courses';
import type { Course, User } from '@/lib/api/types';
import { userDetail, userList } from '@/lib/api/users';
import { courseLabel } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import { useDebounced } from '@/lib/use-debounced';

const MOST = 8;

interface PickerProps {
  /** From the address; '' for anybody. */
  id: string;
  onChange: (id: string) => void;
}

export function PersonPicker({ label, id, onChange }: PickerProps & { label: string }) {
  const [search, setSearch] = useState('');
  const asked = useDebounced(search);
  const chosen = useQuery(userDetail(id)).data;
  const found = useQuery(userList({ q: asked, page_size: MOST, sort: 'full_name' }));
  return (
    <Picker
      // The text in the field is set once, when the name of who stands in the address is known.
      key={chosen?.id ?? 'anybody'}
      label={label}
      placeholder="Anybody"
      value={chosen ? personChoice(chosen) : null}
      onChange={(choice) => onChange(choice?.id ?? '')}
      choices={(found.data?.items ?? []).map(personChoice)}
      searching={found.isFetching || search !== asked}
      onSearch={setSearch}
    />
  );
}

export function CoursePicker({ id, onChange }: PickerProps) {
  const [search, setSearch] = useState('');
  const asked = useDebounced(search);
  const chosen = useQuery(courseDetail(id)).data;
  const found = useQuery(courseList({ q: asked, page_size: MOST }));
  return (
    <Picker
      key={chosen?.id ?? 'any'}
      label="Which course"
      placeholder="Any"
      value={chosen ? courseChoice(chosen) : null}
      onChange={(choice) => onChange(choice?.id ?? '')}
      choices={(found.data?.items ?? []).map(courseChoice)}
      searching={found.isFetching || search !== asked}
      onSearch={setSearch}
    />
  );
}

function personChoice(person: Pick<User, 'id' | 'full_name' | 'email' | 'student_id'>): Choice {
  return { id: person.id, label: person.full_name, detail: person.student_id ?? person.email };
}

function courseChoice(course: Course): Choice {
  return { id: course.id, label: `${courseLabel(course)} ${course.name}`, detail: termLabel(course) };
}
