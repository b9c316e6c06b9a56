-- At the centre: the edge nodes, how far each has delivered, and how it fares. Plain SQL of PostgreSQL 15 level, one
-- statement each. Distribution: edge_node and edge_beat LOCAL (hundreds of rows); edge_position and edge_arrival by
-- KEY beside claim, so that a parcel of messages moves the position and notes its arrivals on one machine.

-- feeds: a JSON array of {"feed", "port"}. Every version stays.
create table edge_node (
  name text collate "C" not null,
  version integer not null,
  at timestamptz not null,
  by_subject text not null,
  institution text collate "C" not null,
  active boolean not null,
  thumbprint text collate "C" not null,
  feeds text not null,
  constraint edge_node_pk primary key (name, version)
);

-- What a node said of itself last, as JSON, and from where.
create table edge_beat (
  node text collate "C" not null,
  seen timestamptz not null,
  remote text not null,
  said text not null,
  constraint edge_beat_pk primary key (node)
);

-- key     first 64 bits of a digest of node and feed
-- last    last number whose message is committed here; digest: the first 128 bits of that message's
create table edge_position (
  key bigint not null,
  epoch text collate "C" not null,
  node text collate "C" not null,
  feed text collate "C" not null,
  last bigint not null,
  digest bytea not null,
  at timestamptz not null,
  constraint edge_position_pk primary key (key, epoch)
);

-- Proof of delivery: which message of the journal a node's number is. taken: when the node took it, by its clock.
create table edge_arrival (
  key bigint not null,
  epoch text collate "C" not null,
  seq bigint not null,
  at timestamptz not null,
  taken timestamptz not null,
  id text collate "C" not null,
  constraint edge_arrival_pk primary key (key, epoch, seq)
);

create index edge_arrival_at on edge_arrival (at);
