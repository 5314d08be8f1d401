'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Picker, type Choice } from '@/components/ui/combobox';
import { userList } from '@/lib/api/users';
import { useDebounced } from '@/lib/use-debounced';

interface TeacherPickerProps {
  value: Choice | null;
  onChange: (teacher: Choice | null) => void;
  error?: string;
}

export function TeacherPicker({ value, onChange, error }: TeacherPickerProps) {
  const [search, setSearch] = useState('');
  const settled = useDebounced(search);
  const found = useQuery(userList({ role: 'teacher', is_active: true, q: settled, page_size: 8 }));
  return (
    <Picker
      label="Teacher"
      placeholder="Name or email; empty for nobody yet"
      value={value}
      onChange={onChange}
      error={error}
      choices={(found.data?.items ?? []).map((user) => ({
        id: user.id,
        label: user.full_name,
        detail: user.department ?? user.email,
      }))}
      searching={found.isFetching || search !== settled}
      onSearch={setSearch}
    />
  );
}
