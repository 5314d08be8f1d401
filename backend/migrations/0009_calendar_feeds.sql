-- The secret address under which a person's calendar program fetches their timetable. One per person; making a new
-- one ends the old one.

create table calendar_feeds (
    user_id uuid primary key references users (id) on delete restrict,
    token_hash bytea not null constraint calendar_feeds_token_key unique
        constraint calendar_feeds_token_digest check (octet_length(token_hash) = 32),
    created_at timestamptz not null default now(),
    last_used_at timestamptz
);

comment on column calendar_feeds.token_hash is 'SHA-256 of the token; the token itself is told once and kept nowhere';
comment on column calendar_feeds.last_used_at is 'to the minute';
