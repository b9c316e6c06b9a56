-- What pharmacies have, and what they ask for it. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: HOME, in the bucket of the pharmacy.

-- item       the pharmacy's own number of it
-- match      which preparation it is: substance, form, route and strength, by the knowledge base at the time it was told
-- unit       what is counted (片, 粒); per: the price is for so many; fen: that price
-- quantity   on hand, in units
-- told       when the pharmacy said so
create table pharmacy_stock (
  home integer not null,
  per integer not null,
  quantity integer not null,
  fen bigint not null,
  told timestamptz not null,
  changed timestamptz not null,
  shop text collate "C" not null,
  item text collate "C" not null,
  match text collate "C" not null,
  name text not null,
  maker text not null,
  code text collate "C" not null,
  unit text not null,
  constraint pharmacy_stock_pk primary key (home, shop, item),
  constraint pharmacy_stock_not_below_nothing check (quantity >= 0 and per > 0 and fen >= 0)
);

create index pharmacy_stock_match on pharmacy_stock (match, shop);
