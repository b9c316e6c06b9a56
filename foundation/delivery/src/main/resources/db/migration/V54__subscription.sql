-- Subscriptions and what they deliver. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: subscription
-- LOCAL (hundreds of rows); subscription_delivery HOME (with the change that it tells of).

-- caller: who subscribed, as JSON, with what its token allowed. resource: the Subscription without secrets. headers: the
-- secrets, sealed by codec and key_id. state: requested, active, error, off. holder, epoch, until: the instance that
-- sends. due: not before. event: last number given to an event.
create table subscription (
  id text collate "C" not null,
  owner text collate "C" not null,
  caller text not null,
  resource text not null,
  headers bytea not null,
  codec smallint not null,
  key_id smallint not null,
  version int not null,
  updated timestamptz not null,
  state text collate "C" not null,
  fault text not null,
  type text collate "C" not null,
  ends timestamptz,
  holder text collate "C" not null,
  epoch bigint not null,
  until timestamptz not null,
  due timestamptz not null,
  failures int not null,
  event bigint not null,
  sent timestamptz,
  constraint subscription_pk primary key (id)
);

-- home, seq: the change. state: 0 to be sent, 1 sent, 2 left out since the subscriber may not see it (any more).
-- matched: false where the criteria are still to be asked. round: how often it was asked for again.
create table subscription_delivery (
  home int not null,
  subscription text collate "C" not null,
  seq bigint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version int not null,
  at timestamptz not null,
  matched boolean not null,
  state smallint not null,
  event bigint not null,
  round int not null,
  done timestamptz,
  constraint subscription_delivery_pk primary key (home, subscription, seq)
);

create index subscription_delivery_pending on subscription_delivery (subscription, home, seq) where state = 0;

create index subscription_delivery_event on subscription_delivery (subscription, event);

create index subscription_delivery_done on subscription_delivery (done);
