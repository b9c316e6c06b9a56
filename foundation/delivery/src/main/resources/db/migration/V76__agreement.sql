-- Agreements on deliveries. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: LOCAL (hundreds of
-- rows).

-- giver: id of an Organization; empty for the platform as a whole. receiver: likewise; empty for a party outside, which
-- receiver_name names. what: array of Type?criteria, as JSON. given, taken: signed for the giver, for the receiver. Words
-- never change.
create table delivery_agreement (
  id text collate "C" not null,
  giver text collate "C" not null,
  receiver text collate "C" not null,
  receiver_name text not null,
  what text not null,
  purpose text collate "C" not null,
  since timestamptz not null,
  until timestamptz not null,
  proposed_by text not null,
  made timestamptz not null,
  given_by text not null,
  given timestamptz,
  taken_by text not null,
  taken timestamptz,
  ended_by text not null,
  ended timestamptz,
  constraint delivery_agreement_pk primary key (id)
);
