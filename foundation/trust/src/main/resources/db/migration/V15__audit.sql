-- The audit: a row per request in hash chains, and seals over their heads (docs/guide/audit.md). Plain SQL of
-- PostgreSQL 15 level, one statement each. Distribution: audit and audit_chain by chain (scale-out rule 9),
-- audit_subject by subject, audit_seal and audit_certificate on the coordinator (a few rows a minute).

-- chain    made by the application instance that appends to it; first row (seq 0) opens it, a last one closes it
-- query    keyed digest of path and query
-- subjects keyed digests of Patient/id of all whose data were answered, changed or asked for by id
-- digest   SM3 of the previous row's digest and this row's canonical form
create table audit (
  chain bigint not null,
  seq bigint not null,
  at timestamptz not null,
  query bigint not null,
  count integer not null,
  refused integer not null,
  millis integer not null,
  status smallint not null,
  kind text collate "C" not null,
  account text collate "C" not null,
  role text collate "C" not null,
  institution text collate "C" not null,
  practitioner text collate "C" not null,
  purposes text collate "C" not null,
  request text collate "C" not null,
  remote text collate "C" not null,
  interaction text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  operation text collate "C" not null,
  parameters text collate "C" not null,
  subjects bigint[] not null,
  digest bytea not null,
  constraint audit_pk primary key (chain, seq)
);

create index audit_at on audit (at, chain, seq);
create index audit_account on audit (account, at);
create index audit_practitioner on audit (practitioner, at) where practitioner <> '';

-- A list of work, which proves nothing: how far each chain is sealed and indexed by resident.
create table audit_chain (
  chain bigint not null,
  opened timestamptz not null,
  sealed bigint not null,
  indexed bigint not null,
  closed boolean not null,
  instance text collate "C" not null,
  constraint audit_chain_pk primary key (chain)
) with (fillfactor = 50);

create index audit_chain_open on audit_chain (chain) where not closed;

-- Which rows speak of a resident, newest last.
create table audit_subject (
  subject bigint not null,
  at timestamptz not null,
  chain bigint not null,
  seq bigint not null,
  constraint audit_subject_pk primary key (subject, at, chain, seq)
);

create table audit_seal (
  number bigint not null,
  at timestamptz not null,
  body text not null,
  digest bytea not null,
  signature bytea not null,
  constraint audit_seal_pk primary key (number)
);

create table audit_certificate (
  fingerprint text collate "C" not null,
  certificate bytea not null,
  constraint audit_certificate_pk primary key (fingerprint)
);
