-- Terms, course sections and the times and rooms they meet in.

create table terms (
    semester varchar(20) not null check (semester in ('fall', 'spring', 'summer')),
    year integer not null check (year between 1900 and 9999),
    starts_on date,
    ends_on date,
    registration_opens_at timestamptz,
    registration_closes_at timestamptz,
    drop_deadline timestamptz,
    primary key (year, semester),
    constraint terms_dates_together check ((starts_on is null) = (ends_on is null)),
    constraint terms_dates_in_order check (starts_on <= ends_on),
    constraint terms_window_in_order check (registration_opens_at < registration_closes_at)
);

create table courses (
    id uuid primary key default gen_random_uuid(),
    code varchar(20) not null,
    section varchar(10) not null default '001',
    name varchar(255) not null,
    description text,
    department varchar(20) not null
        generated always as (coalesce(nullif(substring(code from '^[A-Za-z]+'), ''), code)) stored,
    search text not null generated always as (lower(code || ' ' || name)) stored,
    teacher_id uuid references users (id) on delete restrict,
    capacity integer not null check (capacity > 0),
    enrolled_count integer not null default 0 check (enrolled_count >= 0),
    over_capacity integer not null default 0 check (over_capacity >= 0),
    credits numeric(4, 2) not null check (credits > 0 and credits <= 99.99),
    semester varchar(20) not null check (semester in ('fall', 'spring', 'summer')),
    year integer not null check (year between 1900 and 9999),
    schedule jsonb not null check (jsonb_typeof(schedule) = 'object'),
    room varchar(50),
    cross_listing varchar(100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    is_active boolean not null default true,
    version integer not null default 1,
    constraint courses_code_section_term_key unique (code, section, semester, year),
    constraint check_enrollment_capacity check (enrolled_count <= capacity + over_capacity)
);

comment on column courses.capacity is '9999 means without limit';
comment on column courses.over_capacity is 'seats an admin granted above capacity that are still taken';
comment on column courses.cross_listing is 'sections of one group may share a room in identical slots';
comment on column courses.version is 'counts edits (not enrolments); the ETag of the course';

create index idx_courses_teacher on courses (teacher_id);
create index idx_courses_semester_year on courses (semester, year);
create index idx_courses_code on courses (code);
create index idx_courses_catalogue on courses (semester, year, code, section) where is_active;
create index idx_courses_cross_listing on courses (cross_listing) where cross_listing is not null;

-- `courses.schedule` laid out one row per weekly or dated slot, so that the database can judge overlaps.
-- Rewritten with the schedule in one transaction; a deactivated course has none.
create table course_meetings (
    id bigint generated always as identity primary key,
    course_id uuid not null references courses (id) on delete restrict,
    semester varchar(20) not null,
    year integer not null,
    minutes int4range not null,
    dates daterange not null,
    one_off smallint not null,
    room varchar(50),
    share_key uuid not null,
    constraint course_meetings_within_week check (minutes <@ int4range(0, 10080) and not isempty(minutes)),
    constraint course_meetings_dates check (not isempty(dates)),
    constraint course_meetings_room_free exclude using gist (
        year with =, semester with =, room with =, one_off with =,
        minutes with &&, dates with &&, share_key with <>, course_id with <>
    ) where (room is not null)
);

comment on column course_meetings.minutes is 'minute of the week, Monday 00:00 = 0, half-open';
comment on column course_meetings.dates is 'the slot''s own dates, else the term''s class dates, else unbounded';
comment on column course_meetings.one_off is
    '1 for a single day in a term whose class dates are unknown: comparable only with other single days';
comment on column course_meetings.share_key is
    'two rows with one key may hold a room together: identical slots of one cross-listing group, or of one course';

create index idx_course_meetings_course on course_meetings (course_id);

-- A schedule as rows: minutes of the week, days, room. Used for stored sections and for ones being planned.
create function schedule_meetings(schedule jsonb, default_room text, in_semester text, in_year integer)
returns table (minutes int4range, dates daterange, one_off smallint, room text)
language sql stable as $$
    select
        int4range(first_minute + split_part(start_time, ':', 1)::int * 60 + split_part(start_time, ':', 2)::int,
                  first_minute + split_part(end_time, ':', 1)::int * 60 + split_part(end_time, ':', 2)::int),
        daterange(coalesce(first_day, term.starts_on), coalesce(last_day, term.ends_on), '[]'),
        (first_day = last_day and term.starts_on is null)::int::smallint,
        -- A word that stands for no place is nothing two sections can fight over.
        case when lower(coalesce(slot_room, default_room)) not in
            ('tba', 'tbd', 'to be announced', 'arr', 'arranged', 'online', 'remote', 'virtual', 'web', 'internet', 'zoom',
             'none', 'n/a', '-')
            then coalesce(slot_room, default_room) end
    from (
        select
            array_position(array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], day) * 1440 - 1440
                as first_minute,
            split_part(coalesce(slot ->> 'time', slot #>> '{}'), '-', 1) as start_time,
            split_part(coalesce(slot ->> 'time', slot #>> '{}'), '-', 2) as end_time,
            (slot ->> 'from')::date as first_day,
            (slot ->> 'to')::date as last_day,
            slot ->> 'room' as slot_room
        from jsonb_each(schedule) as days (day, slots), jsonb_array_elements(slots) as slot
    ) as slots
    left join (select starts_on, ends_on from terms where semester = in_semester and year = in_year) as term on true
$$;

-- The key under which rows may hold a room together.
create function meeting_share_key(course uuid, cross_listing text, room text, minutes int4range, dates daterange)
returns uuid language sql immutable as $$
    select case when cross_listing is null then course else
        md5(concat_ws('|', cross_listing, room, lower(minutes), upper(minutes),
            lower(dates) - date '2000-01-01', upper(dates) - date '2000-01-01'))::uuid
    end
$$;

-- A term's calendar: who changes class dates, or loads a catalogue, holds it alone; who lays meetings out or judges
-- clashes shares it. So nobody judges by dates that change meanwhile. Ends with the transaction.
create function hold_calendar(of_year integer, of_semester text, alone boolean) returns void language plpgsql as $$
begin
    if alone then
        perform pg_advisory_xact_lock(hashtext('calendar'), hashtext(of_year || of_semester));
    else
        perform pg_advisory_xact_lock_shared(hashtext('calendar'), hashtext(of_year || of_semester));
    end if;
end
$$;

-- Rewrites the rows of some sections. The triggers below call it, so nobody else writes `course_meetings`.
create function lay_out_meetings(ids uuid[]) returns void language sql as $$
    delete from course_meetings where course_id = any(ids);
    insert into course_meetings (course_id, semester, year, minutes, dates, one_off, room, share_key)
    select c.id, c.semester, c.year, m.minutes, m.dates, coalesce(m.one_off, 0), m.room,
        meeting_share_key(c.id, c.cross_listing, m.room, m.minutes, m.dates)
    from courses c, schedule_meetings(c.schedule, c.room, c.semester, c.year) as m
    where c.id = any(ids) and c.is_active
$$;

create function courses_inserted() returns trigger language plpgsql as $$
begin
    perform hold_calendar(year, semester, false) from (select distinct year, semester from new_courses order by 1, 2) as terms;
    perform lay_out_meetings(array(select id from new_courses));
    return null;
end
$$;

create function course_rescheduled() returns trigger language plpgsql as $$
begin
    perform hold_calendar(new.year, new.semester, false);
    perform lay_out_meetings(array[new.id]);
    return null;
end
$$;

create function term_redating() returns trigger language plpgsql as $$
begin
    perform hold_calendar(new.year, new.semester, true);
    return new;
end
$$;

create function term_redated() returns trigger language plpgsql as $$
begin
    perform lay_out_meetings(array(select id from courses where semester = new.semester and year = new.year));
    return null;
end
$$;

create trigger courses_inserted after insert on courses
    referencing new table as new_courses for each statement execute function courses_inserted();
create trigger course_rescheduled after update on courses for each row
    when ((old.schedule, old.room, old.cross_listing, old.is_active, old.semester, old.year)
        is distinct from (new.schedule, new.room, new.cross_listing, new.is_active, new.semester, new.year))
    execute function course_rescheduled();
create trigger term_redating before insert or update on terms for each row execute function term_redating();
create trigger term_dated after insert on terms for each row
    when (new.starts_on is not null) execute function term_redated();
create trigger term_redated after update on terms for each row
    when ((old.starts_on, old.ends_on) is distinct from (new.starts_on, new.ends_on)) execute function term_redated();

-- Two sections of one term that meet at the same time, and when. The one place that says what a clash is.
create view meeting_clashes as
    select a.course_id, b.course_id as with_course_id, a.minutes * b.minutes as minutes
    from course_meetings a
    join course_meetings b
        on b.year = a.year and b.semester = a.semester and b.one_off = a.one_off
        and b.minutes && a.minutes and b.dates && a.dates and b.course_id <> a.course_id;

-- Whether students may register now. No row: open.
create function registration_state(opens timestamptz, closes timestamptz) returns text language sql stable as $$
    select case when opens > now() then 'not_yet' when closes <= now() then 'closed' else 'open' end
$$;
