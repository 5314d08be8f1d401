-- A section does not stand in its own way: an exam may lie in a class of the same section, in the same room. Without a
-- cross-listing group the share key is the section and said so already; with one it is the slot, so the section itself
-- has to be compared too.
alter table course_meetings
    drop constraint course_meetings_room_free,
    add constraint course_meetings_room_free exclude using gist (
        year with =, semester with =, room with =, one_off with =,
        minutes with &&, dates with &&, share_key with <>, course_id with <>
    ) where (room is not null);
