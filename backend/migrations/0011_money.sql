-- What students owe, how it is paid and given back, and what the payment provider told us about it.

-- A claim on a student: tuition, a fee. Never changed; what lowers it is a posting.
create table charges (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete restrict,
    kind varchar(50) not null check (kind in ('tuition', 'fees', 'books', 'other')),
    amount numeric(10, 2) not null constraint charges_amount check (amount > 0 and amount <= 99999999.99),
    currency varchar(3) not null check (currency ~ '^[A-Z]{3}$'),
    semester varchar(20) check (semester in ('fall', 'spring', 'summer')),
    year integer check (year between 1900 and 9999),
    due_on date,
    description varchar(500),
    assessed boolean not null default false,
    credits numeric(6, 2),
    created_by uuid references users (id) on delete restrict,
    created_at timestamptz not null default now(),
    constraint charges_term_together check ((semester is null) = (year is null)),
    constraint charges_assessed_for_a_term check (not assessed or year is not null)
);

comment on column charges.assessed is 'made for a whole term at once; one per student, term and kind';
comment on column charges.credits is 'what a charge per credit was computed from';

create unique index charges_one_assessment on charges (user_id, year, semester, kind) where assessed;
create index idx_charges_user on charges (user_id, created_at);

alter table payments
    add column charge_id uuid references charges (id) on delete restrict,
    add column settled_at timestamptz,
    add column status_at timestamptz not null default now(),
    add column canceled boolean not null default false,
    add column disputed_at timestamptz,
    add column failure_code varchar(100),
    add column refund_claimed numeric(10, 2) not null default 0,
    add constraint payments_settled_at check ((settled_at is not null) = (status in ('succeeded', 'refunded'))),
    add constraint payments_refunded_in_full check ((status = 'refunded') = (refunded_amount = amount)),
    add constraint payments_refund_of_settled check (refunded_amount = 0 or settled_at is not null),
    add constraint payments_refund_claims check (refund_claimed >= refunded_amount and refund_claimed <= amount),
    add constraint payments_canceled check (not canceled or status = 'failed');

comment on column payments.settled_at is 'when it succeeded, by the provider''s clock';
comment on column payments.status_at is 'the provider''s time of what put it into its status; older news does not change it back';
comment on column payments.canceled is 'failed for good: its intent takes no further attempt';
comment on column payments.refund_claimed is 'refunds that were made or are under way; never above what was paid';

-- A double click, or a second tab, finds the payment that is open.
create unique index payments_one_open_per_charge on payments (charge_id)
    where status in ('pending', 'processing', 'failed') and not canceled;
create index idx_payments_created on payments (created_at, id);
create index idx_payments_settled on payments (settled_at) where settled_at is not null;
create index idx_payments_unlinked on payments (created_at) where stripe_payment_intent_id is null;

create table refunds (
    id uuid primary key default gen_random_uuid(),
    payment_id uuid not null references payments (id) on delete restrict,
    amount numeric(10, 2) not null constraint refunds_amount check (amount > 0 and amount <= 99999999.99),
    status varchar(20) not null default 'pending' check (status in ('pending', 'succeeded', 'failed', 'canceled')),
    stripe_refund_id varchar(255) constraint refunds_stripe_refund_id_key unique,
    reason varchar(500),
    failure_code varchar(100),
    requested_by uuid references users (id) on delete restrict,
    created_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint refunds_settled_at check (status <> 'succeeded' or settled_at is not null)
);

comment on column refunds.requested_by is 'null: made at the provider, not here';
comment on column refunds.settled_at is 'when it succeeded, by the provider''s clock; stays when it fails afterwards';

create index idx_refunds_payment on refunds (payment_id, created_at);
create index idx_refunds_settled on refunds (settled_at) where settled_at is not null;
create index idx_refunds_pending on refunds (created_at) where status = 'pending';

-- The student's account: what is owed is the sum of the postings. Append-only.
create table ledger_postings (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    user_id uuid not null references users (id) on delete restrict,
    kind varchar(20) not null check (kind in ('charge', 'payment', 'refund', 'waiver', 'reversal')),
    amount numeric(12, 2) not null check (amount <> 0 and abs(amount) <= 99999999.99),
    currency varchar(3) not null check (currency ~ '^[A-Z]{3}$'),
    charge_id uuid references charges (id) on delete restrict,
    payment_id uuid references payments (id) on delete restrict,
    refund_id uuid references refunds (id) on delete restrict,
    reason varchar(500),
    actor_id uuid references users (id) on delete restrict,
    constraint ledger_postings_sign check (
        case kind when 'charge' then amount > 0 when 'refund' then amount > 0 else amount < 0 end),
    constraint ledger_postings_about check (
        case kind
            when 'payment' then payment_id is not null and refund_id is null
            when 'refund' then payment_id is not null and refund_id is not null
            when 'reversal' then payment_id is not null and refund_id is not null
            else charge_id is not null and payment_id is null and refund_id is null
        end)
);

comment on column ledger_postings.amount is 'positive: the student owes more; negative: less';
comment on column ledger_postings.kind is 'reversal: of a refund that had succeeded and failed afterwards';

create unique index ledger_postings_one_per_charge on ledger_postings (charge_id) where kind = 'charge';
create unique index ledger_postings_one_per_payment on ledger_postings (payment_id) where kind = 'payment';
create unique index ledger_postings_one_per_refund on ledger_postings (refund_id, kind) where refund_id is not null;
create index idx_ledger_postings_user on ledger_postings (user_id, id);
create index idx_ledger_postings_charge on ledger_postings (charge_id) where charge_id is not null;
create index idx_ledger_postings_payment on ledger_postings (payment_id) where payment_id is not null;

create trigger ledger_postings_append_only before update or delete on ledger_postings
    for each row execute function refuse_change();
create trigger ledger_postings_no_truncate before truncate on ledger_postings
    for each statement execute function refuse_change();

alter table payment_history add column actor_id uuid references users (id) on delete restrict;
comment on column payment_history.actor_id is 'who did it here; null: the provider said so';
create trigger payment_history_append_only before update or delete on payment_history
    for each row execute function refuse_change();
create trigger payment_history_no_truncate before truncate on payment_history
    for each statement execute function refuse_change();

-- Every signed event, once, by the provider's id.
create table stripe_events (
    id varchar(255) primary key,
    type varchar(100) not null,
    livemode boolean not null,
    occurred_at timestamptz not null,
    received_at timestamptz not null default now(),
    payload jsonb not null,
    outcome varchar(20) not null check (outcome in ('applied', 'nothing_new', 'unknown_type', 'parked', 'flagged')),
    reason varchar(60),
    payment_id uuid references payments (id) on delete restrict,
    applied_at timestamptz,
    constraint stripe_events_reason check (reason is not null or outcome not in ('parked', 'flagged'))
);

comment on column stripe_events.payload is 'as signed, without the intent''s client_secret';
comment on column stripe_events.outcome is 'parked: came before what it follows, and is applied then; flagged: for a person to look at';

create index idx_stripe_events_payment on stripe_events (payment_id) where payment_id is not null;
create index idx_stripe_events_open on stripe_events (received_at) where outcome in ('parked', 'flagged');

-- A comparison of our books with the provider's.
create table reconciliations (
    id uuid primary key default gen_random_uuid(),
    started_at timestamptz not null,
    finished_at timestamptz not null,
    requested_by uuid references users (id) on delete restrict,
    since timestamptz not null,
    applied boolean not null,
    payments_compared integer not null,
    refunds_compared integer not null,
    repaired integer not null,
    unresolved integer not null,
    findings jsonb not null
);

comment on column reconciliations.requested_by is 'null: the periodic one, or the command';

create index idx_reconciliations_started on reconciliations (started_at);

-- The stand-in for Stripe of development and tests. Empty wherever a real key is configured.
create schema stripe_sandbox;

create table stripe_sandbox.objects (
    id varchar(64) primary key,
    seq bigint generated always as identity,
    kind varchar(20) not null check (kind in ('payment_intent', 'charge', 'refund', 'event')),
    body jsonb not null
);

create index idx_objects_kind on stripe_sandbox.objects (kind, seq);

create table stripe_sandbox.requests (
    key varchar(255) primary key,
    fingerprint bytea not null,
    status smallint not null,
    body jsonb not null
);

comment on table stripe_sandbox.requests is 'answers by Idempotency-Key';

create table stripe_sandbox.deliveries (
    id bigint generated always as identity primary key,
    event_id varchar(64) not null references stripe_sandbox.objects (id) on delete restrict,
    due_at timestamptz not null,
    attempts integer not null default 0,
    delivered_at timestamptz,
    gave_up boolean not null default false,
    last_status smallint
);

create index idx_deliveries_due on stripe_sandbox.deliveries (due_at) where delivered_at is null and not gave_up;

create table stripe_sandbox.switches (
    name varchar(30) primary key,
    value integer not null
);
