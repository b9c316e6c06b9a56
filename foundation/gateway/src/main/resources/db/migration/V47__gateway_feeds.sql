-- Feeds and their own mappings. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: both REFERENCE (small, changed rarely). Every version stays.

create table gateway_feed (
  name text collate "C" not null,
  version integer not null,
  at timestamptz not null,
  by_subject text not null,
  settings text not null,
  constraint gateway_feed_pk primary key (name, version)
);

-- text: the file; null where the feed went back to the platform's own.
create table gateway_mapping (
  feed text collate "C" not null,
  name text collate "C" not null,
  version integer not null,
  at timestamptz not null,
  by_subject text not null,
  file text,
  constraint gateway_mapping_pk primary key (feed, name, version)
);
