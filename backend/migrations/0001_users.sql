-- People, their sessions, and what sign-in and repeated requests need to remember.

create extension if not exists btree_gist;

create table users (
    id uuid primary key default gen_random_uuid(),
    email varchar(255) not null constraint users_email_key unique
        constraint users_email_lowercase check (email = lower(email)),
    password_hash varchar(255) not null,
    role varchar(20) not null check (role in ('admin', 'teacher', 'student')),
    full_name varchar(255) not null,
    student_id varchar(50) constraint users_student_id_key unique,
    department varchar(100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    is_active boolean not null default true,
    version integer not null default 1,
    constraint users_student_id_only_for_students check (role = 'student' or student_id is null)
);

comment on column users.password_hash is 'PHC string (argon2id) or bcrypt; ''!'' matches no password';
comment on column users.version is 'counts edits; the ETag of the user';

create index idx_users_email on users (email);
create index idx_users_role on users (role);
create index idx_users_student_id on users (student_id) where student_id is not null;
create index idx_users_name on users (full_name, id);

create sequence student_number start 100001;

-- One row per sign-in: a family of refresh tokens that ends as one.
create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete restrict,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    address bytea,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason varchar(30) check (revoked_reason in
        ('logout', 'token_reuse', 'password_changed', 'role_changed', 'deactivated'))
);

comment on column sessions.address is 'keyed digest of the address signed in from; a known address is not slowed by strangers'' failures';

create index idx_sessions_user on sessions (user_id) where revoked_at is null;
create index idx_sessions_last_used on sessions (last_used_at) where revoked_at is null;
create index idx_sessions_expires on sessions (expires_at);

create table refresh_tokens (
    token_hash bytea primary key,
    session_id uuid not null references sessions (id) on delete cascade,
    issued_at timestamptz not null default now(),
    used_at timestamptz
);

create index idx_refresh_tokens_session on refresh_tokens (session_id);

-- Failed sign-ins of the last day; keys are digests, never addresses in clear.
create table login_failures (
    id bigint generated always as identity primary key,
    account bytea not null,
    address bytea not null,
    failed_at timestamptz not null default now(),
    settled boolean not null default false
);

comment on column login_failures.settled is
    'the password was looked at and wrong; until then the attempt is under way, and counts for a few seconds only';

create index idx_login_failures_account on login_failures (account, failed_at);
create index idx_login_failures_address on login_failures (address, failed_at);

-- The answer to a request that carried an Idempotency-Key, written in the transaction of its effect.
-- `actor` is the nil UUID for a caller who is not signed in, hence no foreign key.
create table idempotency_keys (
    actor uuid not null,
    key varchar(255) not null,
    fingerprint bytea not null,
    status smallint,
    body jsonb,
    created_at timestamptz not null default now(),
    primary key (actor, key)
);

create index idx_idempotency_keys_created on idempotency_keys (created_at);
