-- Where codes of health cards were shown. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: HOME, in the home of the card; what names no card lies in the home of its terminal.

-- party    0 health, 1 insurance, 2 payment
-- patient  keyed digest of Patient/id; 0 where the code told of nobody
-- code     the sealed block of a dynamic code; null for printed codes and for what was none
-- reason   why it was refused; empty for a use
-- noted    when the platform learnt of it; offline: from a report of a terminal that had no line at that time
create table health_card_use (
  home integer not null,
  party smallint not null,
  patient bigint not null,
  at timestamptz not null,
  noted timestamptz not null,
  offline boolean not null,
  id text collate "C" not null,
  card text collate "C" not null,
  scene text collate "C" not null,
  terminal text collate "C" not null,
  institution text collate "C" not null,
  by_subject text not null,
  kind text collate "C" not null,
  reason text collate "C" not null,
  code bytea,
  constraint health_card_use_pk primary key (home, id)
);

-- A code is used once by each kind of party.
create unique index health_card_use_once on health_card_use (home, code, party) where reason = '';

create index health_card_use_of on health_card_use (patient, at);

create index health_card_use_at on health_card_use (terminal, at);
