-- Ratings by residents. Plain SQL of PostgreSQL 15 level. Distribution: HOME, in the bucket of the QuestionnaireResponse.

-- Follows the QuestionnaireResponse, in the transaction that writes it. Neither resident nor doctor is named in it.
-- patient      keyed digest of Patient/[id], by which erasure finds it; 0 where operators wrote the QuestionnaireResponse
-- overall      1 to 5
-- at           when it was made: the month that it counts in, and since when it may be changed
-- online       of care on line: a visit of class VR, a parcel
-- institution  that owns what is rated; empty where operators wrote the QuestionnaireResponse, then it counts nowhere
-- about        what is rated: Encounter/[id]
create table rating (
  home integer not null,
  version integer not null,
  patient bigint not null default 0,
  overall smallint not null,
  at timestamptz not null,
  online boolean not null default false,
  id text collate "C" not null,
  institution text collate "C" not null default '',
  about text collate "C" not null,
  constraint rating_pk primary key (home, id)
);

create index rating_institution on rating (institution, at);

create index rating_at on rating (at);

create index rating_patient on rating (patient);

-- Once about one thing.
create unique index rating_once on rating (home, about);
