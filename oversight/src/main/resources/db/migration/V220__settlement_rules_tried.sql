-- What a trial of a rule set found, JSON; null before one. Plain SQL of PostgreSQL 15 level. Distribution: REFERENCE, as before.
alter table settlement_rules add column tried text;
