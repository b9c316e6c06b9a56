-- Local codes that feeds sent and no map knew. key: digest of feed, system and code. state: unmapped, mapped, ignored.
-- Plain SQL of PostgreSQL 15 level, one statement each. Distribution: KEY.

create table term_local_code (
  key bigint not null,
  feed text collate "C" not null,
  system text collate "C" not null,
  code text collate "C" not null,
  display text not null,
  seen bigint not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  state text collate "C" not null,
  decided_by text collate "C" not null,
  decided timestamptz,
  target_system text collate "C" not null,
  target_code text collate "C" not null,
  constraint term_local_code_pk primary key (key, feed, system, code)
);

create index term_local_code_list on term_local_code (state, feed, seen);
