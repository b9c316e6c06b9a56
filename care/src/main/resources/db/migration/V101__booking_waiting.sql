-- Waiting lists (候补) and what residents are told. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: booking_wait HOME (of the Schedule).

-- Who waits for a place of a Schedule on a day, in the order of since.
create table booking_wait (
  home integer not null,
  day date not null,
  since timestamptz not null,
  schedule text collate "C" not null,
  appointment text collate "C" not null,
  constraint booking_wait_pk primary key (home, schedule, day, since, appointment)
);

-- Given back while somebody waited: nobody takes it but who waits, until upkeep finds nobody left.
alter table booking_place add column is_kept boolean not null default false;

create index booking_place_kept on booking_place (home, slot) where is_kept;

-- When the resident was reminded of it.
alter table booking add column reminded timestamptz;

create index booking_waiting on booking (starts) where state = 'waitlist';
