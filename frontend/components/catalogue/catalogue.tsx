'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CartBar } from '@/components/enrollment/cart-bar';
import { LinkButton, Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { courseList } from '@/lib/api/courses';
import { termList } from '@/lib/api/terms';
import type { Course } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits, plural, sumCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { useQueryState } from '@/lib/query-state';
import { pickTerm } from '@/lib/terms';
import { useCart } from '@/lib/use-cart';
import { useMyCourses } from '@/lib/use-my-courses';
import { CourseTable } from './course-table';
import { CourseTableSkeleton } from './course-table-skeleton';
import { Filters } from './filters';
import { catalogueDefaults, hasFilters, PAGE_SIZE, toFilter } from './filter-state';
import { WeekAside } from './week-aside';

export function Catalogue() {
  const user = useUser();
  const [state, update] = useQueryState(catalogueDefaults);
  const [preview, setPreview] = useState<Course | null>(null);
  const terms = useQuery(termList);
  const term = pickTerm(terms.data ?? [], state.term);
  const courses = useQuery({ ...courseList(toFilter(state, term)), enabled: terms.isSuccess });
  const mine = useMyCourses(user, term);
  const cart = useCart(user, term, mine.held);
  const student = user.role === 'student';
  const failed = terms.error ?? courses.error;

  return (
    <>
      <PageHeader
        title="Courses"
        summary={courses.data ? summary(courses.data.total, mine.held, student) : ''}
      >
        {user.role === 'admin' && (
          <LinkButton href={paths.courseNew} look="primary">
            New course
          </LinkButton>
        )}
      </PageHeader>
      <Filters state={state} update={update} terms={terms.data ?? []} term={term} role={user.role} />
      <div className="mt-3 flex items-start gap-4">
        <section aria-label="Courses" aria-busy={courses.isFetching} className="min-w-0 flex-1">
          {failed ? (
            <LoadFailure error={failed} retry={terms.error ? terms.refetch : courses.refetch} />
          ) : !courses.data ? (
            <CourseTableSkeleton />
          ) : courses.data.items.length === 0 ? (
            <div className="card">
              <NothingFound
                filtered={hasFilters(state)}
                clear={() => update({ ...catalogueDefaults, term: state.term })}
              />
            </div>
          ) : (
            <>
              <CourseTable
                courses={courses.data.items}
                held={mine.held}
                term={term}
                sort={state.sort}
                stale={courses.isPlaceholderData}
                onSort={(sort) => update({ sort })}
                onPreview={setPreview}
              />
              <Pager
                page={state.page}
                pageSize={PAGE_SIZE}
                total={courses.data.total}
                onPage={(page) => update({ page })}
              />
            </>
          )}
        </section>
        {student && <WeekAside mine={mine} cart={cart} term={term} preview={preview} />}
      </div>
      {student && term && <CartBar cart={cart} mine={mine} term={term} className="xl:hidden" />}
    </>
  );
}

function summary(total: number, held: Course[], student: boolean): string {
  const found = plural(total, 'course');
  if (!student) return found;
  const credits = formatCredits(sumCredits(held.map((course) => course.credits)));
  return `${found} · ${held.length} on your timetable · ${plural(Number(credits), 'credit').replace(/^\S+/, credits)}`;
}

function NothingFound({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  return filtered ? (
    <Empty title="No course matches" action={<Button onClick={clear}>Clear the filters</Button>}>
      Try fewer words, another day, or include full courses.
    </Empty>
  ) : (
    <Empty title="No courses in this term yet">Choose another term above.</Empty>
  );
}
