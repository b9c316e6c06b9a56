-- What things cost, from when to when. Plain SQL of PostgreSQL 15 level.
-- Distribution: REFERENCE: changed rarely, read by all.

-- level        of the institutions that it is for; 0 for all
-- institution  id of the Organization that it is for; empty for all
-- own_percent  of class B: what the resident pays first
-- from_day, to_day  days of service, Beijing; no row of an item overlaps another of the same level and institution
create table price_item (
  level smallint not null,
  own_percent smallint not null,
  from_day date not null,
  to_day date,
  fen bigint not null,
  made timestamptz not null,
  code text collate "C" not null,
  institution text collate "C" not null,
  name text not null,
  unit text not null,
  category text collate "C" not null,
  class text collate "C" not null,
  made_by text not null,
  constraint price_item_pk primary key (code, institution, level, from_day),
  constraint price_item_days check (to_day is null or to_day >= from_day),
  constraint price_item_amounts check (fen >= 0 and own_percent between 0 and 100)
);
