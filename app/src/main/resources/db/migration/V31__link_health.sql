-- Health of the links to institutions. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: LOCAL (a row a link, some hundred; changed at each look).
-- state: UNKNOWN, OK, DEGRADED, DOWN. good, bad, failed: looks in a row. millis: of the last answer, -1 for none.
create table link_health (
  endpoint text collate "C" not null,
  name text not null,
  address text not null,
  state text collate "C" not null,
  good integer not null,
  bad integer not null,
  failed integer not null,
  since timestamptz not null,
  checked timestamptz,
  millis bigint not null,
  reason text collate "C",
  constraint link_health_pk primary key (endpoint)
) with (fillfactor = 50);
