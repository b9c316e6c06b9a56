-- Accounts of people. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: account, account_dependant, account_recovery, account_device by home; account_login and
-- account_activation by key (lookup across homes). An account's id carries its home, as a resource's does.
--
-- kind      1 resident, 2 practitioner, 3 regulator, 4 operator
-- state     1 pending, 2 verified, 3 active, 4 locked
-- person    id of the Patient (resident) or Practitioner it is bound to; empty for none
-- password  Argon2id in PHC form; null until one is set
-- totp      sealed secret of the second factor; totp_step the last time step it was used in

create table account (
  home integer not null,
  id text collate "C" not null,
  kind smallint not null,
  state smallint not null,
  name text not null,
  person text collate "C" not null,
  institution text collate "C" not null,
  demo boolean not null,
  password text,
  password_set timestamptz,
  totp bytea,
  totp_draft bytea,
  totp_step bigint not null,
  created timestamptz not null,
  constraint account_pk primary key (home, id)
) with (fillfactor = 80);

-- What an account is found by: user name, identity number, subject at an outside provider. Keyed digests, never
-- the text: identity numbers can be enumerated.
create table account_login (
  key bigint not null,
  mac bytea not null,
  account text collate "C" not null,
  constraint account_login_pk primary key (key, mac)
);

-- Whose records a resident looks after, on what proof, until when.
create table account_dependant (
  home integer not null,
  account text collate "C" not null,
  patient text collate "C" not null,
  name text not null,
  related_person text collate "C" not null,
  basis text not null,
  until timestamptz,
  created timestamptz not null,
  constraint account_dependant_pk primary key (home, account, patient)
);

-- Codes that let someone set the password of an account, or prove at a counter who they are. Used once.
create table account_activation (
  key bigint not null,
  mac bytea not null,
  account text collate "C" not null,
  until timestamptz not null,
  constraint account_activation_pk primary key (key, mac)
);

create table account_recovery (
  home integer not null,
  account text collate "C" not null,
  mac bytea not null,
  constraint account_recovery_pk primary key (home, account, mac)
);

-- Devices that have signed in before; they are not slowed down by what others try.
create table account_device (
  home integer not null,
  account text collate "C" not null,
  mac bytea not null,
  seen timestamptz not null,
  constraint account_device_pk primary key (home, account, mac)
);
