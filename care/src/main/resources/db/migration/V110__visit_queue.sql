-- Queues of departments and the tickets in them. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: visit_queue and visit_queue_ticket HOME, in the bucket of the department; visit_queue_screen REFERENCE.

-- state     0 open, 1 closed for new ones
-- skip      who was called and did not come waits until so many others were called
-- misses    how often somebody may miss the call before the desk has to put the ticket back
-- near      a message goes out when no more than so many are before somebody
-- day, last number given last on that day (Beijing)
-- calls     calls of all time: whoever calls next raises it from what was read, or reads again
-- revision  raised with every change of the queue or of a ticket in it: what screens watch
create table visit_queue (
  home integer not null,
  state smallint not null,
  skip smallint not null,
  misses smallint not null,
  near smallint not null,
  last integer not null,
  calls bigint not null,
  revision bigint not null,
  day date not null,
  changed timestamptz not null,
  id text collate "C" not null,
  institution text collate "C" not null,
  department text collate "C" not null,
  practitioner text collate "C" not null,
  prefix text not null,
  name text not null,
  place text not null,
  constraint visit_queue_pk primary key (home, id)
);

create index visit_queue_of on visit_queue (institution);

-- state      see State.java; level: see Level.java
-- due        from when it counts: the booked time of who came in time, else the arrival
-- not_before number of calls before which it is passed over (was called and did not come); 0 for none
-- server     digest of who called it and where; called_at and later: null until then
-- patient    keyed digest of Patient/id; version: always 0, the place of the content
-- content    JSON: Patient, Encounter, Appointment, the masked name, the reason of the level; under the data key
create table visit_queue_ticket (
  home integer not null,
  number integer not null,
  revision integer not null,
  version integer not null,
  state smallint not null,
  level smallint not null,
  misses smallint not null,
  codec smallint not null,
  key_id smallint not null,
  told boolean not null,
  not_before bigint not null,
  patient bigint not null,
  server bigint not null,
  day date not null,
  due timestamptz not null,
  entered timestamptz not null,
  called_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  changed timestamptz not null,
  id text collate "C" not null,
  queue text collate "C" not null,
  place text not null,
  content bytea not null,
  constraint visit_queue_ticket_pk primary key (home, id)
);

create index visit_queue_ticket_of on visit_queue_ticket (home, queue, day);

create index visit_queue_ticket_patient on visit_queue_ticket (patient, day);

-- One that counts for each resident in a queue on a day.
create unique index visit_queue_ticket_live on visit_queue_ticket (home, queue, day, patient) where state < 4;

-- Screens in halls. token: SHA-256 of what the screen presents. queues: ids, empty for all of the institution.
create table visit_queue_screen (
  state smallint not null,
  created timestamptz not null,
  changed timestamptz not null,
  id text collate "C" not null,
  institution text collate "C" not null,
  name text not null,
  queues text[] not null,
  token bytea not null,
  constraint visit_queue_screen_pk primary key (id)
);

create index visit_queue_screen_of on visit_queue_screen (institution);

create unique index visit_queue_screen_token on visit_queue_screen (token);
