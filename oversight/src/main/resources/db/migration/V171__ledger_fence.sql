-- Up to when the ledger is closed: nothing is booked before it any more. Plain SQL of PostgreSQL 15 level.
-- raised  when it was raised last, for backups.
-- Distribution: HOME, one row in each bucket. A posting holds its bucket's row while it books; who closes waits for it.
create table ledger_fence (
  home integer not null,
  until timestamptz not null,
  raised timestamptz not null,
  constraint ledger_fence_pk primary key (home)
) with (fillfactor = 50);

insert into ledger_fence (home, until, raised)
  select n, timestamptz '1970-01-01 00:00:00Z', timestamptz '1970-01-01 00:00:00Z' from generate_series(0, 4095) n;
