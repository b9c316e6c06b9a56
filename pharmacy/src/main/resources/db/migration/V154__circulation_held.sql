-- What a pharmacy holds, for its list: found without reading all that it ever had.
-- Distribution: as the table circulation (V151). Plain SQL of PostgreSQL 15 level, one statement each.

create index circulation_held on circulation (shop, changed) where state in (1, 2);
