-- Tokens that bind a socket to Subscriptions. Plain SQL of PostgreSQL 15 level, one statement. Distribution: LOCAL (few
-- rows; each is taken once, within minutes).

-- digest: SHA-256 of the token, in hexadecimal. subscriptions: ids, as JSON. caller: who asked, as JSON.
create table subscription_token (
  digest text collate "C" not null,
  subscriptions text not null,
  caller text not null,
  expires timestamptz not null,
  constraint subscription_token_pk primary key (digest)
);
