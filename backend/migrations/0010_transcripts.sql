-- Public keys under which transcripts were signed, kept for ever: an old code is checked with the key of its day.

create table signing_keys (
    id varchar(16) primary key check (id ~ '^[0-9a-f]{16}$'),
    public_key bytea not null constraint signing_keys_public_key_key unique check (octet_length(public_key) = 32),
    first_used_at timestamptz not null default now()
);

comment on column signing_keys.id is 'the first 16 hexadecimal digits of the key''s SHA-256';
comment on column signing_keys.public_key is 'Ed25519';

create trigger signing_keys_append_only before update or delete on signing_keys
    for each row execute function refuse_change();
create trigger signing_keys_no_truncate before truncate on signing_keys
    for each statement execute function refuse_change();
