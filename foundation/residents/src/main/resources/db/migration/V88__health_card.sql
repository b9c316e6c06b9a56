-- Electronic health cards. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all HOME, in the home of the resident's Patient.

-- state     0 applied, 1 active, 2 suspended, 3 cancelled, 4 replaced
-- revision  raised with each step
-- handle    what codes say of the card, sealed: the home in its first 12 bits, then chance
-- patient   keyed digest of Patient/id; version: always 0, the place of the content
-- content   JSON: the card's number and the Patient's id; under the data key
-- held      0 by nobody, 1 by the resident, 2 at a counter: who suspended it
create table health_card (
  home integer not null,
  revision integer not null,
  version integer not null,
  state smallint not null,
  held smallint not null,
  codec smallint not null,
  key_id smallint not null,
  handle bigint not null,
  patient bigint not null,
  applied timestamptz not null,
  issued timestamptz,
  changed timestamptz not null,
  id text collate "C" not null,
  content bytea not null,
  constraint health_card_pk primary key (home, id)
);

create unique index health_card_handle on health_card (home, handle);

-- One that counts for each resident.
create unique index health_card_live on health_card (home, patient) where state < 3;

create index health_card_of on health_card (patient);

-- Who took which step when; every one stays. document: kind of the paper that was looked at.
create table health_card_step (
  home integer not null,
  number integer not null,
  state smallint not null,
  patient bigint not null,
  at timestamptz not null,
  card text collate "C" not null,
  step text collate "C" not null,
  by_subject text not null,
  by_role text not null,
  institution text collate "C" not null,
  reason text collate "C" not null,
  document text collate "C" not null,
  constraint health_card_step_pk primary key (home, card, number)
);

create index health_card_step_of on health_card_step (patient);

-- A number of the resident's at one party (insurer, payment service). content: the number, under the data key.
create table health_card_account (
  home integer not null,
  version integer not null,
  kind smallint not null,
  codec smallint not null,
  key_id smallint not null,
  patient bigint not null,
  since timestamptz not null,
  id text collate "C" not null,
  party text collate "C" not null,
  content bytea not null,
  constraint health_card_account_pk primary key (home, id)
);

create unique index health_card_account_once on health_card_account (home, patient, party);

create index health_card_account_of on health_card_account (patient);
