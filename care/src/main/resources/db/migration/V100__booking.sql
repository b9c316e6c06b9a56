-- The regional pool of places: what can be booked, what is taken, and by whom (docs/adr/0088). Plain SQL of PostgreSQL
-- 15 level, one statement each. Slots and Appointments are the facts for the outside; these rows decide who gets a place.
-- Distribution: booking_slot and booking_place HOME (of the Schedule), booking and booking_resident HOME (of the
-- Patient), booking_pace KEY. A booking is a transaction of two homes, or of more when it needs several resources.

-- A Slot of the pool. day: in Beijing. opens: when residents may book it. fee_fen: of one visit. is_open: false once the
-- hospital has closed it. is_full: as the Slot's status says it, a moment behind the places. template: what a booking
-- takes over from the Schedule, JSON.
create table booking_slot (
  home integer not null,
  capacity smallint not null,
  is_open boolean not null,
  is_full boolean not null,
  day date not null,
  starts timestamptz not null,
  ends timestamptz not null,
  opens timestamptz not null,
  fee_fen bigint not null,
  schedule text collate "C" not null,
  slot text collate "C" not null,
  institution text collate "C" not null,
  department text collate "C" not null,
  practitioner text collate "C" not null,
  specialties text[] not null,
  template text not null,
  constraint booking_slot_pk primary key (home, schedule, starts)
);

create unique index booking_slot_slot on booking_slot (home, slot);

create index booking_slot_practitioner on booking_slot (practitioner, starts);

create index booking_slot_department on booking_slot (department, starts);

create index booking_slot_institution on booking_slot (institution, starts);

create index booking_slot_starts on booking_slot (starts);

-- A place of a Slot: one row each, from 1 to the capacity, so that two bookings of one Slot never wait for one another.
-- opens: when everybody may take it; what is held back for referrals opens later. appointment: who has it; null while
-- it is free.
create table booking_place (
  home integer not null,
  number smallint not null,
  is_referral boolean not null,
  opens timestamptz not null,
  slot text collate "C" not null,
  appointment text collate "C",
  constraint booking_place_pk primary key (home, slot, number)
);

-- A booking, as the rules count it. patient: keyed digest. state: code of FHIR. places: Slots that it has or had.
-- held_until: of one that waits to be confirmed. ended: when it was cancelled, lapsed, seen or missed. cause: last step.
create table booking (
  home integer not null,
  patient bigint not null,
  day date not null,
  starts timestamptz not null,
  ends timestamptz not null,
  made timestamptz not null,
  held_until timestamptz,
  ended timestamptz,
  appointment text collate "C" not null,
  state text collate "C" not null,
  cause text collate "C" not null,
  schedule text collate "C" not null,
  practitioner text collate "C" not null,
  institution text collate "C" not null,
  slots text[] not null,
  constraint booking_pk primary key (home, appointment)
);

create index booking_patient on booking (home, patient, starts);

create index booking_held on booking (held_until) where state = 'pending';

create index booking_due on booking (starts) where state = 'booked';

-- Locked by who books for a resident, so that two bookings of one resident are counted one after the other.
create table booking_resident (
  home integer not null,
  patient bigint not null,
  last timestamptz not null,
  constraint booking_resident_pk primary key (home, patient)
);

-- How often an account did something within a while.
create table booking_pace (
  key bigint not null,
  until timestamptz not null,
  count integer not null,
  constraint booking_pace_pk primary key (key)
);

create index booking_pace_until on booking_pace (until);
