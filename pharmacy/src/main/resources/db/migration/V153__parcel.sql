-- Parcels of drugs on their way home. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: parcel and parcel_reading HOME, with the resident.

-- state      see ParcelState.java; complaint: see ComplaintState.java
-- revision   raised with every change; a step counts only if there was none since the row was read
-- tries      wrong answers at the door
-- low, high  limits of a cold chain in tenths of a degree Celsius; null for none
-- readings   temperatures that were told; excursion: one of them was outside the limits
-- read_at    when the last one was taken
-- patient    keyed digest of Patient/id; circulation: id of the review's Task
-- delivery   id of the SupplyDelivery; task: of the Task of the parcel; grievance: of the complaint, empty for none
-- shop, carrier ids of Organizations; courier of the Practitioner who has it, empty while none
-- version    always 0, the place of the content
-- content    JSON: telephone, address, name; under the data key
create table parcel (
  home integer not null,
  state smallint not null,
  complaint smallint not null,
  revision integer not null,
  tries smallint not null,
  readings integer not null,
  low smallint,
  high smallint,
  version integer not null,
  codec smallint not null,
  key_id smallint not null,
  excursion boolean not null,
  patient bigint not null,
  read_at timestamptz,
  packed timestamptz not null,
  changed timestamptz not null,
  id text collate "C" not null,
  circulation text collate "C" not null,
  delivery text collate "C" not null,
  task text collate "C" not null,
  grievance text collate "C" not null,
  shop text collate "C" not null,
  carrier text collate "C" not null,
  courier text collate "C" not null,
  content bytea not null,
  constraint parcel_pk primary key (home, id)
);

create index parcel_carrier on parcel (carrier, changed);

create index parcel_shop on parcel (shop, changed);

create index parcel_patient on parcel (patient, changed);

-- tenths: of a degree Celsius
create table parcel_reading (
  home integer not null,
  number integer not null,
  tenths smallint not null,
  outside boolean not null,
  at timestamptz not null,
  parcel text collate "C" not null,
  courier text collate "C" not null,
  constraint parcel_reading_pk primary key (home, parcel, number)
);
