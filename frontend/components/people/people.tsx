'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/field';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { SearchInput } from '@/components/ui/search-input';
import type { Role } from '@/lib/api/types';
import { userList } from '@/lib/api/users';
import { plural } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { PeopleTable } from './people-table';

const NewPersonDialog = dynamic(
  () => import('./new-person-dialog').then((module) => module.NewPersonDialog),
  { loading: nothing },
);
const PersonDialog = dynamic(() => import('./person-dialog').then((module) => module.PersonDialog), {
  loading: nothing,
});

const PAGE_SIZE = 25;
const defaults = {
  q: '',
  role: '',
  active: 'true',
  sort: 'full_name',
  page: 1,
  new: false,
  person: '',
};

const roles: Record<string, Role> = { student: 'student', teacher: 'teacher', admin: 'admin' };
const activity: Record<string, boolean> = { true: true, false: false };

export function People() {
  const [state, update] = useQueryState(defaults);
  const people = useQuery(
    userList({
      q: state.q,
      role: roles[state.role],
      is_active: activity[state.active],
      sort: state.sort,
      page: state.page,
      page_size: PAGE_SIZE,
    }),
  );
  // A dialog over the list must not turn its page.
  const show = (dialog: { new?: boolean; person?: string }) =>
    update({ new: false, person: '', ...dialog, page: state.page });

  return (
    <>
      <PageHeader title="People" summary={people.data ? plural(people.data.total, 'person', 'people') : ''}>
        <Button look="primary" onClick={() => show({ new: true })}>
          New person
        </Button>
      </PageHeader>
      <div role="search" aria-label="People" className="mt-4 grid grid-cols-2 gap-2 md:flex">
        <SearchInput
          label="Search people"
          placeholder="Name, email or student number"
          value={state.q}
          onSearch={(q) => update({ q }, 'replace')}
          className="col-span-2 md:w-72"
        />
        <Select
          aria-label="Role"
          value={state.role}
          onChange={({ target }) => update({ role: target.value })}
          className="md:w-36!"
        >
          <option value="">All roles</option>
          <option value="student">Students</option>
          <option value="teacher">Teachers</option>
          <option value="admin">Administrators</option>
        </Select>
        <Select
          aria-label="State"
          value={state.active}
          onChange={({ target }) => update({ active: target.value })}
          className="md:w-40!"
        >
          <option value="true">Active</option>
          <option value="false">Deactivated</option>
          <option value="all">Active or not</option>
        </Select>
      </div>
      <section aria-label="People" aria-busy={people.isFetching} className="mt-3">
        {people.error ? (
          <LoadFailure error={people.error} retry={people.refetch} />
        ) : !people.data ? (
          <div className="card h-150" aria-hidden />
        ) : people.data.items.length === 0 ? (
          <div className="card">
            <Empty
              title="Nobody matches"
              action={
                <Button onClick={() => update({ q: '', role: '', active: 'all' })}>Show everybody</Button>
              }
            >
              Try fewer letters or another role.
            </Empty>
          </div>
        ) : (
          <>
            <PeopleTable
              people={people.data.items}
              sort={state.sort}
              stale={people.isPlaceholderData}
              onSort={(sort) => update({ sort })}
              onOpen={(person) => show({ person })}
            />
            <Pager
              page={state.page}
              pageSize={PAGE_SIZE}
              total={people.data.total}
              onPage={(page) => update({ page })}
            />
          </>
        )}
      </section>
      {state.new && <NewPersonDialog onClose={() => show({})} />}
      {state.person && <PersonDialog key={state.person} id={state.person} onClose={() => show({})} />}
    </>
  );
}
