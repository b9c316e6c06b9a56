-- Consumers of the change log. Plain SQL of PostgreSQL 15 level, one statement each.

-- epoch: grows with each new holder of a lease. An offset remembers the epoch it was last moved under, so that a
-- former holder that was only stalled cannot move what it no longer owns.
alter table consumer_lease add column epoch bigint not null default 0;
alter table consumer_offset add column epoch bigint not null default 0;
alter table consumer_offset set (fillfactor = 50);

-- Who takes part in the work of a consumer; until when unless heard of again. Decides the fair share of parts.
create table consumer_member (
  consumer text collate "C" not null,
  instance text collate "C" not null,
  until timestamptz not null,
  constraint consumer_member_pk primary key (consumer, instance)
);

-- Changes that an operator told a consumer to leave out.
create table consumer_skip (
  home integer not null,
  consumer text collate "C" not null,
  seq bigint not null,
  at timestamptz not null,
  reason text not null,
  constraint consumer_skip_pk primary key (home, consumer, seq)
);

-- Number of current resources per home and type, kept by the consumer 'statistics'. By home, so that counting
-- never makes two homes wait for each other.
create table resource_count (
  home integer not null,
  type text collate "C" not null,
  count bigint not null,
  constraint resource_count_pk primary key (home, type)
) with (fillfactor = 50);
