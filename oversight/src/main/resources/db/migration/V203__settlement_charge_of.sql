-- Charges of a settlement are looked for at each step of it: what was taken back, and what is freed.
-- Plain SQL of PostgreSQL 15 level. Distribution: as the table settlement_charge (V161).
create index settlement_charge_of on settlement_charge (home, settlement);
