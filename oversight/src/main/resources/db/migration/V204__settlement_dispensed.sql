-- Whether all of a settlement was counted out by a pharmacy, whose staff settles it then. Of those that are there it is not
-- known: cashiers settle them. Plain SQL of PostgreSQL 15 level. Distribution: as the table settlement (V161).
alter table settlement add column dispensed boolean not null default false;
