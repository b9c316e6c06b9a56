-- Settlement: rule sets, bills, what each payer was asked, what residents paid. Plain SQL of PostgreSQL 15 level.
-- Distribution: settlement_rules and simulated_payer REFERENCE; all others HOME, in the bucket of the resident.

-- state  draft, live, retired; spec: the rule set as JSON
create table settlement_rules (
  version integer not null,
  made timestamptz not null,
  decided timestamptz,
  id text collate "C" not null,
  state text collate "C" not null,
  spec text not null,
  made_by text not null,
  decided_by text,
  reason text,
  constraint settlement_rules_pk primary key (id, version)
);

-- id           the Claim's; explanation: the ExplanationOfBenefit's
-- state        see SettlementState.java
-- fen, own     the bill; the resident's own money of it
-- patient      keyed digest of the Patient
-- year, added  whose totals it counts in, and by how much: JSON by account
-- due          when the clock looks at it next; null when nothing is left to do
-- marks        of the visit: referred …
-- account      the Account that collects its own money; null for none
-- replaces     the settlement that it follows; keeps: the charges of it that are settled anew, null for none
create table settlement (
  home integer not null,
  state smallint not null,
  setting smallint not null,
  level smallint not null,
  year smallint not null,
  revision integer not null,
  checks integer not null,
  fen bigint not null,
  own bigint not null,
  patient bigint not null,
  created timestamptz not null,
  changed timestamptz not null,
  due timestamptz,
  id text collate "C" not null,
  explanation text collate "C" not null,
  institution text collate "C" not null,
  rules text collate "C" not null,
  added text not null,
  reason text,
  account text collate "C",
  replaces text collate "C",
  charges text[] not null,
  marks text[] not null,
  keeps text[],
  constraint settlement_pk primary key (home, id),
  constraint settlement_amounts check (fen > 0 and own >= 0 and own <= fen)
);

create index settlement_patient on settlement (patient, created);

create index settlement_due on settlement (due) where due is not null;

-- A settlement is followed once.
create unique index settlement_replaces on settlement (home, replaces) where replaces is not null;

-- What a payer is asked for.
-- state     see Settlement.PartState
-- answered  what it says that it pays; number: its own number
create table settlement_share (
  home integer not null,
  number smallint not null,
  state smallint not null,
  fen bigint not null,
  answered bigint,
  changed timestamptz not null,
  settlement text collate "C" not null,
  kind text collate "C" not null,
  payor text collate "C" not null,
  rule text collate "C" not null,
  transaction text collate "C",
  why text,
  constraint settlement_share_pk primary key (home, settlement, number),
  constraint settlement_share_amount check (fen > 0)
);

create index settlement_share_payor on settlement_share (payor, changed);

-- A charge is in one settlement that counts: a row is there as long as it does.
create table settlement_charge (
  home integer not null,
  charge text collate "C" not null,
  settlement text collate "C" not null,
  constraint settlement_charge_pk primary key (home, charge)
);

-- What a resident's year has come to, JSON by account.
create table settlement_year (
  home integer not null,
  year smallint not null,
  revision integer not null,
  patient bigint not null,
  totals text not null,
  constraint settlement_year_pk primary key (home, patient, year)
);

-- Money of the resident.
-- state  see Settlement.MoneyState; order_id: the payment order that it came by
create table settlement_money (
  home integer not null,
  number smallint not null,
  state smallint not null,
  tries smallint not null,
  fen bigint not null,
  changed timestamptz not null,
  settlement text collate "C" not null,
  order_id text collate "C" not null,
  constraint settlement_money_pk primary key (home, settlement, number),
  constraint settlement_money_amount check (fen > 0)
);

-- Bills that one payment pays.
create table settlement_part (
  home integer not null,
  taken boolean not null,
  fen bigint not null,
  account text collate "C" not null,
  settlement text collate "C" not null,
  constraint settlement_part_pk primary key (home, account, settlement)
);

-- What a simulated payer remembers: for trying out, never for money.
create table simulated_payer (
  state smallint not null,
  asked smallint not null,
  fen bigint not null,
  at timestamptz not null,
  id text collate "C" not null,
  constraint simulated_payer_pk primary key (id)
);
