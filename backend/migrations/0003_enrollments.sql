-- Who sits in which section, who waits, and why each attempt went as it did.

create sequence waitlist_rank;

create table enrollments (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete restrict,
    course_id uuid not null references courses (id) on delete restrict,
    status varchar(20) not null check (status in ('pending', 'enrolled', 'dropped', 'completed')),
    enrolled_at timestamptz not null default now(),
    dropped_at timestamptz,
    grade_final numeric(5, 2) check (grade_final >= 0 and grade_final <= 100),
    waitlist_rank bigint,
    constraint enrollments_user_course_key unique (user_id, course_id),
    constraint enrollments_waiter_has_rank check ((status = 'pending') = (waitlist_rank is not null)),
    constraint enrollments_dropped_at check ((status = 'dropped') = (dropped_at is not null))
);

create index idx_enrollments_user on enrollments (user_id);
create index idx_enrollments_course on enrollments (course_id);
create index idx_enrollments_status on enrollments (status);
create index idx_enrollments_waitlist on enrollments (course_id, waitlist_rank) where status = 'pending';

-- Append-only: every attempt and transition, granted or refused, with the facts it was decided on.
create table enrollment_events (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    user_id uuid not null references users (id) on delete restrict,
    course_id uuid not null references courses (id) on delete restrict,
    event varchar(20) not null check (event in
        ('enrolled', 'waitlisted', 'promoted', 'dropped', 'left_waitlist', 'completed', 'refused', 'skipped', 'clash_created')),
    reason varchar(40),
    actor_id uuid references users (id) on delete restrict,
    facts jsonb not null default '{}'
);

create index idx_enrollment_events_course on enrollment_events (course_id, id);
create index idx_enrollment_events_user on enrollment_events (user_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger enrollment_events_append_only before update or delete on enrollment_events
    for each row execute function refuse_change();
create trigger enrollment_events_no_truncate before truncate on enrollment_events
    for each statement execute function refuse_change();
