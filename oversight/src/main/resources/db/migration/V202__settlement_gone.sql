-- Charges that were taken back while they were settled: the settlement gives them back.
-- Distribution: as the table settlement_charge (V161). Plain SQL of PostgreSQL 15 level.
alter table settlement_charge add column gone boolean not null default false;
