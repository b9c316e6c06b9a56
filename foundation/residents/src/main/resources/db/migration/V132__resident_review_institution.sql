-- Pairs that an institution's registration clerks decide. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: as V81 says.

-- institution of both records; empty where they are of different ones; null until somebody asks for those of an institution.
alter table resident_review add column institution text collate "C";

create index resident_review_of on resident_review (institution, opened, key, other) where wanted;

create index resident_review_unplaced on resident_review (key) where institution is null;
