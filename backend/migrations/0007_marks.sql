-- Marks: the columns of a gradebook, the history of every mark, finals, and requests to change what is final.
--
-- `grades` keeps the columns of the original design. What belongs to the assignment (type, maximum, weight) is copied
-- into each of its rows by triggers, so it is the same in all of them whoever writes.

alter table enrollments add constraint enrollments_id_course_key unique (id, course_id);

-- A column of a gradebook.
create table assignments (
    id uuid primary key default gen_random_uuid(),
    course_id uuid not null references courses (id) on delete restrict,
    name varchar(255) not null,
    assignment_type varchar(50) not null
        check (assignment_type in ('homework', 'quiz', 'midterm', 'final', 'project')),
    max_score numeric(5, 2) not null constraint assignments_max_score check (max_score > 0 and max_score <= 999.99),
    weight numeric(3, 2) constraint assignments_weight check (weight >= 0 and weight <= 1),
    position integer not null default 0,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint assignments_course_name_key unique (course_id, name)
);

comment on column assignments.position is 'order of the columns; the name breaks ties';
comment on column assignments.version is 'counts edits; the ETag of the assignment';

-- What is there already: the newest row of a name says what its assignment is; of two marks of one student under one
-- name the older gets a name of its own.
alter table grades add column course_id uuid;
update grades g set course_id = e.course_id from enrollments e where e.id = g.enrollment_id;

update grades g set assignment_name = left(assignment_name, 230) || ' (older, ' || left(g.id::text, 8) || ')'
where exists (select from grades newer
    where newer.enrollment_id = g.enrollment_id and newer.assignment_name = g.assignment_name
        and (newer.graded_at, newer.id) > (g.graded_at, g.id));

insert into assignments (course_id, name, assignment_type, max_score, weight, position)
select course_id, assignment_name, assignment_type, greatest(max_score, best), weight,
    row_number() over (partition by course_id order by first_graded, assignment_name)
from (
    select distinct on (course_id, assignment_name) course_id, assignment_name, assignment_type, max_score, weight,
        max(score) over whole as best, min(graded_at) over whole as first_graded
    from grades
    window whole as (partition by course_id, assignment_name)
    order by course_id, assignment_name, graded_at desc, id desc
) as newest;

update grades g set assignment_type = a.assignment_type, max_score = a.max_score, weight = a.weight
from assignments a where a.course_id = g.course_id and a.name = g.assignment_name;

alter table grades
    alter column course_id set not null,
    add constraint grades_enrollment_assignment_key unique (enrollment_id, assignment_name),
    add constraint grades_enrollment_course_fkey foreign key (enrollment_id, course_id)
        references enrollments (id, course_id) on delete restrict,
    add constraint grades_assignment_fkey foreign key (course_id, assignment_name)
        references assignments (course_id, name) on update cascade on delete restrict;

create index idx_grades_assignment on grades (course_id, assignment_name);

-- A gradebook: who writes marks shares it; who changes one of its columns holds it alone. Ends with the transaction.
create function hold_gradebook(of_course uuid, alone boolean) returns void language plpgsql as $$
begin
    if alone then
        perform pg_advisory_xact_lock(hashtext('gradebook'), hashtext(of_course::text));
    else
        perform pg_advisory_xact_lock_shared(hashtext('gradebook'), hashtext(of_course::text));
    end if;
end
$$;

-- A mark carries what its assignment says. The row's share lock keeps that from changing until the mark is stored.
create function grade_fill() returns trigger language plpgsql as $$
begin
    if new.course_id is null then
        select course_id into new.course_id from enrollments where id = new.enrollment_id;
    end if;
    select assignment_type, max_score, weight into new.assignment_type, new.max_score, new.weight
    from assignments where course_id = new.course_id and name = new.assignment_name for share;
    return new;
end
$$;

create trigger grade_fill_insert before insert on grades for each row execute function grade_fill();
create trigger grade_fill_update before update on grades for each row
    when ((old.assignment_type, old.max_score, old.weight, old.course_id, old.assignment_name)
        is distinct from (new.assignment_type, new.max_score, new.weight, new.course_id, new.assignment_name))
    execute function grade_fill();

-- The foreign key has renamed the marks by now. The check on each mark judges a lowered maximum.
create function assignment_changed() returns trigger language plpgsql as $$
begin
    update grades set assignment_type = new.assignment_type, max_score = new.max_score, weight = new.weight
    where course_id = new.course_id and assignment_name in (old.name, new.name);
    return null;
end
$$;

create trigger assignment_changed after update on assignments for each row
    when ((old.assignment_type, old.max_score, old.weight) is distinct from (new.assignment_type, new.max_score, new.weight))
    execute function assignment_changed();

-- Append-only: every change of a mark, by whatever way it came. Who and why are told by settings of the transaction
-- (`uems.actor`, `uems.reason`). No foreign key to the mark: its history stays when it goes.
create table grade_history (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    grade_id uuid not null,
    enrollment_id uuid not null references enrollments (id) on delete restrict,
    assignment_name varchar(255) not null,
    kind varchar(20) not null check (kind in ('created', 'changed', 'deleted')),
    version integer not null,
    old_name varchar(255),
    old_score numeric(5, 2),
    new_score numeric(5, 2),
    old_max_score numeric(5, 2),
    new_max_score numeric(5, 2),
    old_weight numeric(3, 2),
    new_weight numeric(3, 2),
    old_comments text,
    new_comments text,
    actor_id uuid references users (id) on delete restrict,
    reason text
);

comment on column grade_history.old_name is 'only where the assignment was renamed';
comment on column grade_history.version is 'the mark''s version after the change; one more than its last when it was taken away';

create index idx_grade_history_enrollment on grade_history (enrollment_id, id);
create index idx_grade_history_deleted on grade_history (enrollment_id, assignment_name) where kind = 'deleted';

create trigger grade_history_append_only before update or delete on grade_history
    for each row execute function refuse_change();
create trigger grade_history_no_truncate before truncate on grade_history
    for each statement execute function refuse_change();

create function acting_person() returns uuid language sql stable as $$
    select nullif(current_setting('uems.actor', true), '')::uuid
$$;

create function acting_reason() returns text language sql stable as $$
    select nullif(current_setting('uems.reason', true), '')
$$;

-- Marks of a completed course are final. Only an approved request opens them, for its own transaction.
create function refuse_locked_grades(ids uuid[]) returns void language plpgsql as $$
begin
    if coalesce(current_setting('uems.open_finals', true), '') <> 'on'
        and exists (select from enrollments where id = any(ids) and status = 'completed') then
        raise exception 'marks of a completed course are final' using errcode = 'check_violation', constraint = 'grades_locked';
    end if;
end
$$;

create function grades_inserted() returns trigger language plpgsql as $$
begin
    perform refuse_locked_grades(array(select distinct enrollment_id from new_rows));
    insert into grade_history (grade_id, enrollment_id, assignment_name, kind, version, new_score, new_max_score, new_weight,
        new_comments, actor_id, reason)
    select id, enrollment_id, assignment_name, 'created', version, score, max_score, weight, comments,
        coalesce(acting_person(), graded_by), acting_reason()
    from new_rows order by enrollment_id, assignment_name;
    return null;
end
$$;

create function grades_updated() returns trigger language plpgsql as $$
begin
    perform refuse_locked_grades(array(select enrollment_id from new_rows union select enrollment_id from old_rows));
    insert into grade_history (grade_id, enrollment_id, assignment_name, kind, version, old_name, old_score, new_score,
        old_max_score, new_max_score, old_weight, new_weight, old_comments, new_comments, actor_id, reason)
    select n.id, n.enrollment_id, n.assignment_name, 'changed', n.version, nullif(o.assignment_name, n.assignment_name),
        o.score, n.score, o.max_score, n.max_score, o.weight, n.weight, o.comments, n.comments,
        coalesce(acting_person(), n.graded_by), acting_reason()
    from new_rows n join old_rows o on o.id = n.id
    where (o.assignment_name, o.score, o.max_score, o.weight, o.comments)
        is distinct from (n.assignment_name, n.score, n.max_score, n.weight, n.comments)
    order by n.enrollment_id, n.assignment_name;
    return null;
end
$$;

create function grades_deleted() returns trigger language plpgsql as $$
begin
    perform refuse_locked_grades(array(select distinct enrollment_id from old_rows));
    insert into grade_history (grade_id, enrollment_id, assignment_name, kind, version, old_score, old_max_score, old_weight,
        old_comments, actor_id, reason)
    select id, enrollment_id, assignment_name, 'deleted', version + 1, score, max_score, weight, comments,
        acting_person(), acting_reason()
    from old_rows order by enrollment_id, assignment_name;
    return null;
end
$$;

create trigger grades_inserted after insert on grades
    referencing new table as new_rows for each statement execute function grades_inserted();
create trigger grades_updated after update on grades
    referencing old table as old_rows new table as new_rows for each statement execute function grades_updated();
create trigger grades_deleted after delete on grades
    referencing old table as old_rows for each statement execute function grades_deleted();
create trigger grades_no_truncate before truncate on grades
    for each statement execute function refuse_change();

-- What a course ended with. `enrollments.grade_final` says the same percent: the triggers copy it.
create table final_grades (
    enrollment_id uuid primary key references enrollments (id) on delete restrict,
    percent numeric(5, 2) not null constraint final_grades_percent check (percent >= 0 and percent <= 100),
    letter varchar(5) not null,
    points numeric(4, 2) not null check (points >= 0 and points <= 99.99),
    working jsonb not null,
    submitted_by uuid references users (id) on delete restrict,
    submitted_at timestamptz not null default now(),
    version integer not null default 1
);

comment on column final_grades.working is 'each mark''s percentage, weight and contribution, as they were when it was submitted';

create table final_grade_history (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    enrollment_id uuid not null references enrollments (id) on delete restrict,
    kind varchar(20) not null check (kind in ('submitted', 'changed', 'deleted')),
    version integer not null,
    old_percent numeric(5, 2),
    new_percent numeric(5, 2),
    old_letter varchar(5),
    new_letter varchar(5),
    working jsonb,
    actor_id uuid references users (id) on delete restrict,
    reason text
);

create index idx_final_grade_history_enrollment on final_grade_history (enrollment_id, id);

create trigger final_grade_history_append_only before update or delete on final_grade_history
    for each row execute function refuse_change();
create trigger final_grade_history_no_truncate before truncate on final_grade_history
    for each statement execute function refuse_change();

create function finals_written() returns trigger language plpgsql as $$
begin
    update enrollments e set grade_final = n.percent from new_rows n
    where e.id = n.enrollment_id and e.grade_final is distinct from n.percent;
    insert into final_grade_history (enrollment_id, kind, version, new_percent, new_letter, working, actor_id, reason)
    select enrollment_id, 'submitted', version, percent, letter, working, coalesce(acting_person(), submitted_by), acting_reason()
    from new_rows order by enrollment_id;
    return null;
end
$$;

create function finals_changed() returns trigger language plpgsql as $$
begin
    update enrollments e set grade_final = n.percent from new_rows n
    where e.id = n.enrollment_id and e.grade_final is distinct from n.percent;
    insert into final_grade_history (enrollment_id, kind, version, old_percent, new_percent, old_letter, new_letter, working,
        actor_id, reason)
    select n.enrollment_id, 'changed', n.version, o.percent, n.percent, o.letter, n.letter, n.working,
        coalesce(acting_person(), n.submitted_by), acting_reason()
    from new_rows n join old_rows o on o.enrollment_id = n.enrollment_id order by n.enrollment_id;
    return null;
end
$$;

create function finals_deleted() returns trigger language plpgsql as $$
begin
    insert into final_grade_history (enrollment_id, kind, version, old_percent, old_letter, working, actor_id, reason)
    select enrollment_id, 'deleted', version + 1, percent, letter, working, acting_person(), acting_reason()
    from old_rows order by enrollment_id;
    return null;
end
$$;

create trigger finals_written after insert on final_grades
    referencing new table as new_rows for each statement execute function finals_written();
create trigger finals_changed after update on final_grades
    referencing old table as old_rows new table as new_rows for each statement execute function finals_changed();
create trigger finals_deleted after delete on final_grades
    referencing old table as old_rows for each statement execute function finals_deleted();

-- Somebody asks for a final mark to be changed; an admin decides, once.
create table grade_change_requests (
    id uuid primary key default gen_random_uuid(),
    enrollment_id uuid not null,
    course_id uuid not null,
    reason text not null,
    cells jsonb not null check (jsonb_typeof(cells) = 'array'),
    status varchar(20) not null default 'pending' check (status in ('pending', 'approved', 'rejected')),
    filed_by uuid not null references users (id) on delete restrict,
    filed_at timestamptz not null default now(),
    decided_by uuid references users (id) on delete restrict,
    decided_at timestamptz,
    note text,
    foreign key (enrollment_id, course_id) references enrollments (id, course_id) on delete restrict,
    constraint grade_change_requests_decided check
        ((status = 'pending') = (decided_by is null) and (decided_by is null) = (decided_at is null)),
    constraint grade_change_requests_by_another check (status <> 'approved' or decided_by <> filed_by)
);

comment on column grade_change_requests.cells is 'what is wanted, and the score and version each mark had when it was asked for';

create index idx_grade_change_requests_course on grade_change_requests (course_id, filed_at);
create index idx_grade_change_requests_enrollment on grade_change_requests (enrollment_id);
create index idx_grade_change_requests_pending on grade_change_requests (filed_at) where status = 'pending';
