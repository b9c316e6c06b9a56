-- Large contents from before encryption was switched on are encrypted in their place.
-- Distribution (foundation/store, Distribution): object_recode LOCAL, object_key as before.

-- false while the bytes may still be plain.
alter table object_key add column settled boolean not null default true;

-- The one walk over the objects. after: key of the last one looked at, empty before the first. plain: how many were
-- found plain when it began, null before they were counted. paused: a backup reads the objects until then.
create table object_recode (
  walk text collate "C" not null,
  after text collate "C" not null,
  checked bigint not null,
  plain bigint,
  changed bigint not null,
  asked timestamptz not null,
  finished timestamptz,
  holder text collate "C" not null,
  until timestamptz not null,
  paused timestamptz,
  constraint object_recode_pk primary key (walk)
);
