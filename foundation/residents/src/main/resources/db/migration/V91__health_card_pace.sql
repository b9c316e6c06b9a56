-- How often something was done within a while: codes of a card, scans and wrong codes of a terminal.
-- Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: KEY (a keyed digest of what is counted).
create table health_card_pace (
  key bigint not null,
  until timestamptz not null,
  count integer not null,
  constraint health_card_pace_pk primary key (key)
);

create index health_card_pace_until on health_card_pace (until);
