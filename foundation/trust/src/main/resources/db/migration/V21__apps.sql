-- Apps and systems that act for accounts or for themselves (OAuth 2, SMART App Launch 2.x).
-- Distribution: app_client and signing_key are reference tables (small, changed by operators); app_grant and
-- app_consent by home; app_token, app_launch and app_assertion by key.

create table app_client (
  id text collate "C" not null,
  name text not null,
  kind smallint not null,
  redirects text[] not null,
  scopes text[] not null,
  jwks_uri text,
  jwks text,
  secret text,
  institution text collate "C" not null,
  enabled boolean not null,
  created timestamptz not null,
  constraint app_client_pk primary key (id)
);

-- One row per authorization: from the request for a code to the last refresh. body is JSON without any token.
create table app_grant (
  home integer not null,
  id text collate "C" not null,
  client text collate "C" not null,
  account text collate "C" not null,
  session text collate "C" not null,
  body text not null,
  created timestamptz not null,
  until timestamptz not null,
  constraint app_grant_pk primary key (home, id)
) with (fillfactor = 70);

create index app_grant_account on app_grant (account);
create index app_grant_until on app_grant (until);

-- kind  1 state, 2 code, 3 access token, 4 refresh token, 5 id token. spent: was replaced; showing it again means theft.
create table app_token (
  key bigint not null,
  mac bytea not null,
  kind smallint not null,
  grant_id text collate "C" not null,
  spent boolean not null,
  until timestamptz not null,
  constraint app_token_pk primary key (key, mac)
);

create index app_token_until on app_token (until);

create table app_consent (
  home integer not null,
  account text collate "C" not null,
  client text collate "C" not null,
  scopes text[] not null,
  at timestamptz not null,
  constraint app_consent_pk primary key (home, account, client)
);

-- Context that a launch carries: which patient, which encounter, for which account.
create table app_launch (
  key bigint not null,
  mac bytea not null,
  account text collate "C" not null,
  client text collate "C" not null,
  patient text collate "C" not null,
  encounter text collate "C" not null,
  until timestamptz not null,
  constraint app_launch_pk primary key (key, mac)
);

-- Client assertions (RFC 7523) that were used; each is good once.
create table app_assertion (
  key bigint not null,
  mac bytea not null,
  until timestamptz not null,
  constraint app_assertion_pk primary key (key, mac)
);

create table signing_key (
  id text collate "C" not null,
  sealed bytea not null,
  created timestamptz not null,
  constraint signing_key_pk primary key (id)
);
