-- Prices of drugs are for so many units: a piece may cost less than a fen. Plain SQL of PostgreSQL 15 level.
-- Distribution: as the table price_item (V160).
alter table price_item add column per integer not null default 1;

alter table price_item add constraint price_item_per check (per >= 1);
