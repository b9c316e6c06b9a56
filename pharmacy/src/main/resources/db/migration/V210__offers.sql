-- What offers are chosen by (docs/adr/0132). Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: HOME, in the bucket of the pharmacy.

-- name without the strength, by the knowledge base at the time it was told; null: not told since there is this column
alter table pharmacy_stock add column product text;

-- All that ranking asks of a line stands in the index: a common drug lies in thousands of pharmacies.
create index pharmacy_stock_offer on pharmacy_stock (match, home, shop)
  include (unit, quantity, per, fen, told, product, code) where quantity > 0;

drop index pharmacy_stock_match;

-- A pharmacy as the provider registry had it when it last told its stock.
-- ways       how one may have drugs from it (pickup, cabinet, delivery)
-- latitude   degrees, WGS 84; null where nobody said
create table pharmacy_shop (
  home integer not null,
  latitude double precision,
  longitude double precision,
  told timestamptz not null,
  shop text collate "C" not null,
  ways text[] not null,
  constraint pharmacy_shop_pk primary key (home, shop)
);
