-- What waits for a person between the two books, and what they decided: events that were flagged or parked, and
-- differences that no comparison could repair.

alter table stripe_events
    add column resolved_at timestamptz,
    add column resolved_by uuid references users (id) on delete restrict,
    add column resolution varchar(500),
    add constraint stripe_events_resolution check (
        (resolved_at is null) = (resolution is null) and (resolved_by is null or resolved_at is not null));

comment on column stripe_events.resolved_at is 'of one that was flagged or parked: nobody has to look any more';
comment on column stripe_events.resolved_by is 'null: what the provider said later settled it';

-- A difference between the books, from the comparison that found it to its end. One row for each kind and object: it is
-- open until a later comparison that looked at the object finds it fine, or somebody says so.
create table reconciliation_differences (
    id uuid primary key default gen_random_uuid(),
    kind varchar(40) not null,
    object varchar(255) not null,
    payment_id uuid references payments (id) on delete restrict,
    refund_id uuid,
    stripe_id varchar(255),
    detail text not null,
    object_at timestamptz not null,
    found_at timestamptz not null,
    seen_at timestamptz not null,
    resolved_at timestamptz,
    resolved_by uuid references users (id) on delete restrict,
    resolution varchar(500),
    constraint reconciliation_differences_one unique (kind, object),
    constraint reconciliation_differences_resolution check (
        (resolved_at is null) = (resolution is null) and (resolved_by is null or resolved_at is not null))
);

comment on column reconciliation_differences.object is 'what it is about: the provider''s id, else our refund, else our payment';
comment on column reconciliation_differences.refund_id is 'as the provider''s refund names it; it may not be ours';
comment on column reconciliation_differences.object_at is 'when the object was made; a comparison that does not reach back to it says nothing of it';
comment on column reconciliation_differences.seen_at is 'when the comparison began that said the last word on it; what an older one found does not count';
comment on column reconciliation_differences.resolved_by is 'null: a later comparison found no difference';

create index idx_reconciliation_differences_open on reconciliation_differences (found_at) where resolved_at is null;
