-- Keys of contents at rest. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution (foundation/store, Distribution): data_key REFERENCE, recode LOCAL, object_key KEY beside claim.

-- Keys that encrypt contents, each wrapped by a master key of the vault. id: the key_id of content headers.
-- state: active (the newest one encrypts what is written), old (still opens), retired (nothing uses it any more).
create table data_key (
  id smallint not null,
  algorithm text collate "C" not null,
  master text collate "C" not null,
  wrapped bytea not null,
  state text collate "C" not null,
  made timestamptz not null,
  retired timestamptz,
  constraint data_key_pk primary key (id)
);

-- How far each table has come with being rewritten under a key. after: primary key of the last row looked at.
create table recode (
  key_id smallint not null,
  place integer not null,
  tab text collate "C" not null,
  after text[] not null,
  checked bigint not null,
  changed bigint not null,
  asked timestamptz not null,
  finished timestamptz,
  holder text collate "C" not null,
  until timestamptz not null,
  constraint recode_pk primary key (key_id, tab)
);

-- Each large content's own key, wrapped by a data key. key: first 64 bits of the object's key. size: plain bytes.
create table object_key (
  key bigint not null,
  object text collate "C" not null,
  key_id smallint not null,
  algorithm text collate "C" not null,
  size bigint not null,
  wrapped bytea not null,
  constraint object_key_pk primary key (key, object)
);
