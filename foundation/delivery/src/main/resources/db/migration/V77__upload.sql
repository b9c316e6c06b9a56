-- Upload to other platforms. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: upload_destination and
-- upload_batch LOCAL (few rows; written by the one instance that sends); upload_item KEY (it follows changes of any
-- home; its upsert has the same effect when it is repeated).

-- caller: with whose eyes, as JSON. agreements: ids, as JSON. content: the private key, sealed by codec and key_id; home
-- is always 0 (db/encrypted-tables.properties). state: active, error, paused. holder, epoch, until: the instance that
-- sends. due: not before. refusals: since the last one that was taken. batch: last number. scan: what is read anew, as
-- JSON; empty for nothing.
create table upload_destination (
  id text collate "C" not null,
  home int not null,
  version int not null,
  owner text collate "C" not null,
  caller text not null,
  name text not null,
  base text not null,
  token_url text not null,
  client text not null,
  scopes text not null,
  agreements text not null,
  content bytea not null,
  codec smallint not null,
  key_id smallint not null,
  public_key text not null,
  state text collate "C" not null,
  fault text not null,
  holder text collate "C" not null,
  epoch bigint not null,
  until timestamptz not null,
  due timestamptz not null,
  failures int not null,
  refusals int not null,
  batch bigint not null,
  scan text not null,
  updated timestamptz not null,
  sent timestamptz,
  constraint upload_destination_pk primary key (id)
);

-- A resource at a destination. key: of destination, type and id. lane: of the resident; order holds within it. seq:
-- number of the change within its home; 0 where it was read anew. version: the one to be told of at least. deleted: it
-- is to be deleted there. state: 0 to be sent, 1 delivered, 2 refused by the destination, 3 left out since no agreement
-- covers it (any more). etag, location: as the destination said. batch: the proof. adopt: to be written over what is
-- there.
create table upload_item (
  key bigint not null,
  destination text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  lane int not null,
  seq bigint not null,
  version int not null,
  at timestamptz not null,
  deleted boolean not null,
  state smallint not null,
  sent_version int not null,
  etag text not null,
  location text not null,
  batch bigint not null,
  done timestamptz,
  status int not null,
  fault text not null,
  adopt boolean not null,
  constraint upload_item_pk primary key (key, destination, type, id)
);

create index upload_item_pending on upload_item (destination, lane, seq, at) where state = 0;

create index upload_item_refused on upload_item (destination, done) where state = 2;

-- What was sent at once. request: its X-Request-Id. state: 0 unknown, 1 taken, 2 not taken. digest: SHA-256 of the bytes
-- sent; answer_digest of those answered. members, receipt: as JSON.
create table upload_batch (
  destination text collate "C" not null,
  number bigint not null,
  request text collate "C" not null,
  made timestamptz not null,
  state smallint not null,
  items int not null,
  digest text collate "C" not null,
  members text not null,
  answered timestamptz,
  status int not null,
  answer_digest text collate "C" not null,
  receipt text not null,
  constraint upload_batch_pk primary key (destination, number)
);

create index upload_batch_open on upload_batch (destination) where state = 0;

create index upload_batch_answered on upload_batch (answered);
