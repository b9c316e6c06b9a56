-- Whose certificates sign documents. Plain SQL of PostgreSQL 15 level. Distribution: REFERENCE (small, rarely changed).

-- holder: reference of a Practitioner or Organization. fingerprint: SM3 digest of the certificate. key_name: of its key in
-- the vault; empty where the holder keeps the key. chain: PEM, its own first.
create table signer (
  holder text collate "C" not null,
  fingerprint text collate "C" not null,
  key_name text collate "C" not null,
  chain text collate "C" not null,
  added timestamptz not null,
  added_by text not null,
  constraint signer_pk primary key (holder, fingerprint)
);
