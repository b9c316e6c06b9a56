-- Sessions of people, what happened to their accounts, and how fast may be tried.
-- Distribution: account_session and account_event by home (that of the account); sign_in_throttle by key.
--
-- stage  1 password given, second factor missing; 2 second factor has to be set up first; 3 signed in
-- role   id of the PractitionerRole that the account acts in; empty for none

create table account_session (
  home integer not null,
  id text collate "C" not null,
  account text collate "C" not null,
  mac bytea not null,
  stage smallint not null,
  role text collate "C" not null,
  device text not null,
  source text not null,
  created timestamptz not null,
  seen timestamptz not null,
  until timestamptz not null,
  constraint account_session_pk primary key (home, id)
) with (fillfactor = 70);

create index account_session_account on account_session (account);

create table account_event (
  home integer not null,
  account text collate "C" not null,
  id text collate "C" not null,
  at timestamptz not null,
  what smallint not null,
  device text not null,
  source text not null,
  constraint account_event_pk primary key (home, account, id)
);

create table sign_in_throttle (
  key bigint not null,
  mac bytea not null,
  failures integer not null,
  until timestamptz not null,
  updated timestamptz not null,
  constraint sign_in_throttle_pk primary key (key, mac)
) with (fillfactor = 50);
