-- Marks and attendance.

create table grades (
    id uuid primary key default gen_random_uuid(),
    enrollment_id uuid not null references enrollments (id) on delete restrict,
    assignment_name varchar(255) not null,
    assignment_type varchar(50) not null
        check (assignment_type in ('homework', 'quiz', 'midterm', 'final', 'project')),
    score numeric(5, 2) not null,
    max_score numeric(5, 2) not null constraint grades_max_score check (max_score > 0 and max_score <= 999.99),
    weight numeric(3, 2) check (weight >= 0 and weight <= 1),
    graded_at timestamptz not null default now(),
    graded_by uuid references users (id) on delete restrict,
    comments text,
    version integer not null default 1,
    constraint grades_score_within_max check (score >= 0 and score <= max_score)
);

create index idx_grades_enrollment on grades (enrollment_id);
create index idx_grades_type on grades (assignment_type);

create table attendance (
    id uuid primary key default gen_random_uuid(),
    enrollment_id uuid not null references enrollments (id) on delete restrict,
    date date not null,
    meeting smallint not null default 1 check (meeting between 1 and 20),
    status varchar(20) not null check (status in ('present', 'absent', 'late', 'excused')),
    marked_at timestamptz not null default now(),
    marked_by uuid references users (id) on delete restrict,
    notes text,
    constraint attendance_enrollment_date_meeting_key unique (enrollment_id, date, meeting)
);

create index idx_attendance_enrollment on attendance (enrollment_id);
create index idx_attendance_date on attendance (date);
create index idx_attendance_status on attendance (status);
