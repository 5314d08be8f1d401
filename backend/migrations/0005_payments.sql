-- Payments and the history of each.

create table payments (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id) on delete restrict,
    amount numeric(10, 2) not null constraint payments_amount check (amount > 0 and amount <= 99999999.99),
    currency varchar(3) not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
    stripe_payment_intent_id varchar(255) constraint payments_stripe_payment_intent_id_key unique,
    stripe_customer_id varchar(255),
    status varchar(20) not null
        check (status in ('pending', 'processing', 'succeeded', 'failed', 'refunded')),
    payment_type varchar(50) not null check (payment_type in ('tuition', 'fees', 'books', 'other')),
    refunded_amount numeric(10, 2) not null default 0,
    semester varchar(20),
    year integer,
    description text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    metadata jsonb,
    constraint payments_refund_within_amount check (refunded_amount >= 0 and refunded_amount <= amount)
);

create index idx_payments_user on payments (user_id);
create index idx_payments_status on payments (status);
create index idx_payments_stripe_intent on payments (stripe_payment_intent_id);
create index idx_payments_semester_year on payments (semester, year);

create table payment_history (
    id uuid primary key default gen_random_uuid(),
    payment_id uuid not null references payments (id) on delete restrict,
    status varchar(20) not null,
    timestamp timestamptz not null default now(),
    webhook_event_id varchar(255) constraint payment_history_webhook_event_id_key unique,
    webhook_data jsonb,
    notes text
);

create index idx_payment_history_payment on payment_history (payment_id);
create index idx_payment_history_timestamp on payment_history (timestamp);
create index idx_payment_history_webhook on payment_history (webhook_event_id);
