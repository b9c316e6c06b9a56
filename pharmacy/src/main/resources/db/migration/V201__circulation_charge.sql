-- What is asked for what was counted out. Plain SQL of PostgreSQL 15 level.
-- Distribution: as the table circulation_dispense (V151).

-- charge     id of its ChargeItem; empty where nothing is charged
-- elsewhere  it was paid past the platform, as the pharmacy says
alter table circulation_dispense add column charge text collate "C" not null default '';

alter table circulation_dispense add column elsewhere boolean not null default false;
