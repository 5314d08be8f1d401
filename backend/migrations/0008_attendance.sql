-- What taking the roll needs beyond the table: versions, make-up meetings, and the history of every correction.

alter table attendance
    add column version integer not null default 1,
    add column make_up boolean not null default false;

comment on column attendance.version is 'counts corrections; the ETag';
comment on column attendance.make_up is 'a meeting outside the section''s schedule';
comment on column attendance.marked_by is 'who marked it last; who did before is in attendance_history';

-- One row per correction: what it said before, what it says now. Written by a trigger alone.
create table attendance_history (
    id bigint generated always as identity primary key,
    attendance_id uuid not null references attendance (id) on delete restrict,
    version integer not null,
    old_status varchar(20) not null,
    new_status varchar(20) not null,
    old_notes text,
    new_notes text,
    old_marked_at timestamptz not null,
    old_marked_by uuid references users (id) on delete restrict,
    changed_at timestamptz not null default now(),
    changed_by uuid references users (id) on delete restrict
);

create index idx_attendance_history_attendance on attendance_history (attendance_id, id);

comment on column attendance_history.version is 'the version that was corrected';
comment on column attendance_history.changed_by is
    'the setting uems.actor of the transaction; null for a change past the program';

-- One statement for all the rows an update touched.
create function attendance_corrected() returns trigger language plpgsql as $$
begin
    insert into attendance_history (attendance_id, version, old_status, new_status, old_notes, new_notes,
        old_marked_at, old_marked_by, changed_by)
    select o.id, o.version, o.status, n.status, o.notes, n.notes, o.marked_at, o.marked_by,
        nullif(current_setting('uems.actor', true), '')::uuid
    from old_rows o join new_rows n on n.id = o.id
    where (o.status, o.notes) is distinct from (n.status, n.notes);
    return null;
end
$$;

create trigger attendance_corrected after update on attendance
    referencing old table as old_rows new table as new_rows for each statement execute function attendance_corrected();
create trigger attendance_stays before delete on attendance for each statement execute function refuse_change();
create trigger attendance_history_append_only before update or delete on attendance_history
    for each row execute function refuse_change();
create trigger attendance_history_no_truncate before truncate on attendance_history
    for each statement execute function refuse_change();
