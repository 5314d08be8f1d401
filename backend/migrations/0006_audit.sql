-- Who did what to whose record, and who read whose marks. Each entry carries the hash of the one before, so that a
-- changed byte, a missing entry or one slipped in later is found (`uems audit verify`).

create table audit_log (
    id bigint primary key,
    at timestamptz not null,
    actor_id uuid references users (id) on delete restrict,
    actor_role varchar(20),
    action varchar(40) not null,
    subject_id uuid references users (id) on delete restrict,
    object_type varchar(30),
    object_id uuid,
    facts jsonb not null,
    request_id varchar(128),
    previous bytea not null,
    hash bytea not null
);

comment on column audit_log.id is 'place in the chain, from 1, without gaps';
comment on column audit_log.actor_id is 'who did it; null for the system itself';
comment on column audit_log.subject_id is 'whose record it is about';
comment on column audit_log.previous is 'hash of the entry before; 32 zero bytes before the first';
comment on column audit_log.hash is 'SHA-256 of every other column, see audit_hash()';

create index idx_audit_log_subject on audit_log (subject_id, id);
create index idx_audit_log_actor on audit_log (actor_id, id);
create index idx_audit_log_object on audit_log (object_id, id);
create index idx_audit_log_action on audit_log (action, id);
create index idx_audit_log_at on audit_log (at);

-- A value with its length in front, so that no two rows read the same when they are joined.
create function audit_field(value text) returns text language sql immutable as $$
    select coalesce(octet_length(value) || ':' || value, '-')
$$;

create function audit_hash(entry audit_log) returns bytea language sql stable as $$
    select sha256(convert_to(
        audit_field(entry.id::text)
            || audit_field((extract(epoch from entry.at) * 1000000)::bigint::text)
            || audit_field(entry.actor_id::text) || audit_field(entry.actor_role)
            || audit_field(entry.action) || audit_field(entry.subject_id::text)
            || audit_field(entry.object_type) || audit_field(entry.object_id::text)
            || audit_field(entry.facts::text) || audit_field(entry.request_id)
            || audit_field(encode(entry.previous, 'hex')), 'UTF8'))
$$;

-- Entries line up here, until the transaction of the one in front ends. Whoever writes one does so last before the
-- commit, with every other lock in hand.
create function audit_chain() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtext('audit_log'));
    select last.id + 1, last.hash into new.id, new.previous from audit_log last order by last.id desc limit 1;
    new.id := coalesce(new.id, 1);
    new.previous := coalesce(new.previous, decode(repeat('00', 32), 'hex'));
    new.at := clock_timestamp();
    new.hash := audit_hash(new);
    return new;
end
$$;

create trigger audit_chain before insert on audit_log for each row execute function audit_chain();
create trigger audit_log_append_only before update or delete on audit_log
    for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log
    for each statement execute function refuse_change();
