-- Terminals that read health codes, parties that know numbers of their own, and the keys of codes. Plain SQL of
-- PostgreSQL 15 level, one statement each.
-- Distribution: all REFERENCE (some thousands of rows, changed rarely).

-- state   0 active, 1 suspended by its institution, 2 by an operator
-- scenes  what it may ask for, words with a space between; attended: a person of the institution sits there
-- key     public key (SubjectPublicKeyInfo, DER); null for one that only signed-in staff uses
-- until   end of the key's certificate; null for none
create table health_card_terminal (
  revision integer not null,
  state smallint not null,
  attended boolean not null,
  created timestamptz not null,
  changed timestamptz not null,
  until timestamptz,
  id text collate "C" not null,
  institution text collate "C" not null,
  name text not null,
  scenes text not null,
  by_subject text not null,
  key bytea,
  constraint health_card_terminal_pk primary key (id)
);

create index health_card_terminal_of on health_card_terminal (institution, id);

-- id: the client that the party's system signs in as; kind: 1 insurance, 2 payment
create table health_card_party (
  kind smallint not null,
  state smallint not null,
  changed timestamptz not null,
  id text collate "C" not null,
  name text not null,
  by_subject text not null,
  constraint health_card_party_pk primary key (id)
);

-- state   active (one: signs), old (verifies), retired
-- opener  SM4 key under which blocks are sealed, wrapped by the vault
create table health_card_key (
  number integer not null,
  made timestamptz not null,
  changed timestamptz not null,
  state text collate "C" not null,
  name text collate "C" not null,
  public_key bytea not null,
  opener bytea not null,
  constraint health_card_key_pk primary key (number)
);
