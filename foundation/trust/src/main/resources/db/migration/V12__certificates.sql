-- Certificates of the platform's own authority, and the authorities of others that it trusts.
-- Plain SQL of PostgreSQL 15 level, one statement each. Distribution: all REFERENCE (small, rarely changed).

-- state: requested, issued, renewed (another one took over), revoked. key_name: of a key in the vault; empty for a
-- key that its holder keeps. request: the PKCS#10 request, or the public key where the platform keeps the key.
create table certificate (
  id text collate "C" not null,
  kind text collate "C" not null,
  holder text collate "C" not null,
  name text not null,
  state text collate "C" not null,
  key_name text collate "C" not null,
  public_key bytea not null,
  requested timestamptz not null,
  serial text collate "C",
  not_before timestamptz,
  not_after timestamptz,
  encoded bytea,
  revoked timestamptz,
  reason smallint,
  renewed_by text collate "C",
  constraint certificate_pk primary key (id)
);

create index certificate_holder on certificate (holder);
create index certificate_serial on certificate (serial);

-- Certificates of authorities, root and intermediate, by the SM3 digest of their bytes.
create table trusted_authority (
  fingerprint text collate "C" not null,
  subject text not null,
  not_after timestamptz not null,
  encoded bytea not null,
  added timestamptz not null,
  added_by text not null,
  constraint trusted_authority_pk primary key (fingerprint)
);

-- The newest revocation list of each issuer; issuer: SM3 digest of the authority's name.
create table revocation_list (
  issuer text collate "C" not null,
  number bigint not null,
  this_update timestamptz not null,
  next_update timestamptz,
  encoded bytea not null,
  constraint revocation_list_pk primary key (issuer)
);
