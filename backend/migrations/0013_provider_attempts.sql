-- How often the provider had to be asked anew for a payment or a refund, because it keeps a failure under a key.

alter table payments add column provider_attempt integer not null default 0
    constraint payments_provider_attempt check (provider_attempt >= 0);
alter table refunds add column provider_attempt integer not null default 0
    constraint refunds_provider_attempt check (provider_attempt >= 0);

comment on column payments.provider_attempt is 'part of the Idempotency-Key of its intent; counted on before the provider is asked';
comment on column refunds.provider_attempt is 'part of its Idempotency-Key; counted on before the provider is asked';
