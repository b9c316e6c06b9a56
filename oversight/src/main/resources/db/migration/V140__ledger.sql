-- The double-entry ledger: who owes whom, in whole fen. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all HOME, in the bucket of the intent (the order, the bill): a posting is one transaction in one bucket.
-- Rows of ledger_posting and ledger_transfer are written once; there is no statement that changes or deletes one.

-- What was asked for, once for each step of an intent.
-- digest  SHA-256 of what was asked: the same key with another content is refused
-- lines   how many transfers it has
create table ledger_posting (
  home integer not null,
  lines smallint not null,
  at timestamptz not null,
  intent text collate "C" not null,
  step text collate "C" not null,
  digest bytea not null,
  constraint ledger_posting_pk primary key (home, intent, step),
  constraint ledger_posting_lines check (lines > 0)
);

-- What an account has in a bucket: the sum over all buckets is its balance. An account that many use has a row in each
-- bucket, so no payment waits for a row that a province's payments would all write.
-- kind   see AccountKind.java
-- floor  0 none; 1 debits, reserved ones included, never exceed credits; 2 the other way round. An account with a floor has
--        one row only
-- last   time of the latest transfer here: later ones are later
create table ledger_balance (
  home integer not null,
  kind smallint not null,
  floor smallint not null,
  debits bigint not null,
  credits bigint not null,
  reserved_debits bigint not null,
  reserved_credits bigint not null,
  last timestamptz not null,
  account uuid not null,
  name text collate "C" not null,
  constraint ledger_balance_pk primary key (home, account),
  constraint ledger_balance_sums check (debits >= 0 and credits >= 0 and reserved_debits >= 0 and reserved_credits >= 0),
  constraint ledger_balance_credit_floor check (floor <> 1 or debits + reserved_debits <= credits),
  constraint ledger_balance_debit_floor check (floor <> 2 or credits + reserved_credits <= debits)
) with (fillfactor = 50);

create index ledger_balance_account on ledger_balance (account);

-- One row is both sides: what leaves one account reaches the other, so no row can be out of balance.
-- posted    fen moved
-- reserved  fen set aside (above zero), or an earlier reservation ended (below zero, all of it)
-- resolves  the step and line of that reservation, of the same intent
-- debits_after, credits_after  what was posted to the debit account's debit side, the credit account's credit side, in this
--           bucket with this row: a row that vanished or was altered breaks the chain
-- at        rises with every transfer of an account in the bucket: order and moment in one
create table ledger_transfer (
  home integer not null,
  line smallint not null,
  resolves_line smallint,
  posted bigint not null,
  reserved bigint not null,
  debits_after bigint not null,
  credits_after bigint not null,
  at timestamptz not null,
  debit uuid not null,
  credit uuid not null,
  intent text collate "C" not null,
  step text collate "C" not null,
  resolves_step text collate "C",
  constraint ledger_transfer_pk primary key (home, intent, step, line),
  constraint ledger_transfer_two_sides check (debit <> credit),
  constraint ledger_transfer_amounts check (posted >= 0 and (posted > 0 or reserved <> 0)
    and (reserved <= 0 or posted = 0) and (reserved >= 0 or posted <= -reserved)),
  constraint ledger_transfer_resolves check ((reserved < 0) = (resolves_step is not null)
    and (reserved < 0) = (resolves_line is not null))
);

create unique index ledger_transfer_debit on ledger_transfer (home, debit, at);

create unique index ledger_transfer_credit on ledger_transfer (home, credit, at);

-- A reservation ends once.
create unique index ledger_transfer_resolved on ledger_transfer (home, intent, resolves_step, resolves_line)
  where resolves_step is not null;
