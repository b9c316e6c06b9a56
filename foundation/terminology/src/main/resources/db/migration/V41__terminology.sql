-- Code systems, value sets and concept maps as they are asked about (docs/adr/0051). Compiled in the transaction that
-- writes the resource. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: all REFERENCE (changed
-- rarely, read by every node); term_local_code is KEY, by its digest.

-- One row. Its value changes with each write to what stands below: every instance then forgets what it remembers.
create table term_generation (
  id integer not null,
  value text collate "C" not null,
  constraint term_generation_pk primary key (id)
);

insert into term_generation (id, value) values (1, '0');

-- A compiled resource. key: made in Java, a new one for each compilation, so that what is remembered by key never goes
-- stale. origin: store, or shipped (then id is empty). source: digest of what was compiled. size: concepts or
-- elements. body: the resource without them.
create table term_resource (
  key bigint not null,
  type text collate "C" not null,
  url text collate "C" not null,
  version text collate "C" not null,
  status text collate "C" not null,
  origin text collate "C" not null,
  id text collate "C" not null,
  resource_version integer not null,
  updated timestamptz not null,
  source bytea not null,
  size integer not null,
  value_set text collate "C" not null,
  body text not null,
  constraint term_resource_pk primary key (key)
);

create index term_resource_id on term_resource (type, id);

-- Concepts of a code system (by the key of its compilation), numbered from 0 so that what lies below a concept has the
-- numbers nr + 1 to last. parent: -1 for none. flags: 1 inactive, 2 abstract. search: display, designations, code and
-- the first letters of the Chinese ones. grams: digests of pieces of it, with the key mixed in. extra: designations
-- and properties as JSON; null for none.
create table term_concept (
  system bigint not null,
  nr integer not null,
  last integer not null,
  parent integer not null,
  flags smallint not null,
  code text collate "C" not null,
  folded text collate "C" not null,
  display text not null,
  definition text,
  search text not null,
  extra text,
  grams bigint[] not null,
  constraint term_concept_pk primary key (system, nr)
);

create index term_concept_code on term_concept (system, code);

create index term_concept_folded on term_concept (system, folded);

-- Through the pending list, which is emptied at the end of a large code system: entered one by one, 100,000 concepts
-- take half a minute.
create index term_concept_grams on term_concept using gin (grams) with (fastupdate = on, gin_pending_list_limit = 4096);

-- Further parents of a concept, beside the one whose numbers enclose it.
create table term_parent (
  system bigint not null,
  nr integer not null,
  parent integer not null,
  constraint term_parent_pk primary key (system, nr, parent)
);

-- Properties that value sets choose by.
create table term_property (
  system bigint not null,
  property text collate "C" not null,
  value text collate "C" not null,
  nr integer not null
);

create index term_property_value on term_property (system, property, left(value, 200));

-- Elements of a concept map, both ways.
create table term_mapping (
  map bigint not null,
  nr integer not null,
  source_system text collate "C" not null,
  source_code text collate "C" not null,
  source_display text not null,
  target_system text collate "C" not null,
  target_version text collate "C" not null,
  target_code text collate "C" not null,
  target_display text not null,
  equivalence text collate "C" not null,
  extra text,
  constraint term_mapping_pk primary key (map, nr)
);

create index term_mapping_source on term_mapping (map, source_code);

create index term_mapping_target on term_mapping (map, target_code);
