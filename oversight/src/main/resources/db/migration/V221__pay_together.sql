-- One payment for several orders: an attempt may be one part of it. Plain SQL of PostgreSQL 15 level.
-- Distribution: as the tables (V141); the parts of a payment are of one resident and lie in one bucket.

-- joint      what the channel knows all parts by; null for an attempt alone
-- joined     how many parts; joint_fen: the sum of all
alter table pay_attempt add column joint text collate "C";
alter table pay_attempt add column joined smallint;
alter table pay_attempt add column joint_fen bigint;

create index pay_attempt_joint on pay_attempt (home, joint) where joint is not null;

-- Parts of one payment share what is shown.
drop index simulated_payment_code;
create index simulated_payment_code on simulated_payment (code);
