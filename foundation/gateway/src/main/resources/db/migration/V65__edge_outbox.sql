-- At an edge node (./helan edge): what was handed on to the centre, and how far. Empty at a centre. Plain SQL of
-- PostgreSQL 15 level, one statement each. Distribution: both LOCAL (an edge node is one machine).

-- epoch      begins anew when this node's numbers cannot be believed any more (its data came from a backup)
-- numbered   last number given to a message of the feed
-- delivered  last number that the centre has said it committed
create table edge_feed (
  feed text collate "C" not null,
  epoch text collate "C" not null,
  numbered bigint not null,
  delivered bigint not null,
  constraint edge_feed_pk primary key (feed)
);

-- A message's number in its feed. It stays as long as the message does, so that a centre that was restored from a
-- backup can be sent again what it has lost.
-- open   the centre has not yet said what became of it in the end
-- asked  when the centre was asked last
create table edge_outbox (
  feed text collate "C" not null,
  seq bigint not null,
  at timestamptz not null,
  asked timestamptz not null,
  home integer not null,
  open boolean not null,
  id text collate "C" not null,
  constraint edge_outbox_pk primary key (feed, seq)
);

create index edge_outbox_id on edge_outbox (id);

create index edge_outbox_open on edge_outbox (feed, asked) where open;
