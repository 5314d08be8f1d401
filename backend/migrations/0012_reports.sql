-- Reports look for what happened in a period.

create index idx_enrollment_events_at on enrollment_events (at);
