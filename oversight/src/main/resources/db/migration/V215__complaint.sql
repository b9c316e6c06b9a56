-- Complaints of residents. Plain SQL of PostgreSQL 15 level. Distribution: HOME, in the bucket of the Task.

-- Follows the Task, in the transaction that writes it. No resident is named in it.
-- patient  keyed digest of Patient/[id], by which erasure finds it; 0 where operators wrote the Task
-- due    until when somebody is waited for: the institution's answer, then the resident's objection; null for nobody
-- about  what is complained of: Encounter/[id]
create table complaint (
  home integer not null,
  version integer not null,
  patient bigint not null default 0,
  opened timestamptz not null,
  changed timestamptz not null,
  due timestamptz,
  id text collate "C" not null,
  state text collate "C" not null,
  institution text collate "C" not null,
  about text collate "C" not null,
  constraint complaint_pk primary key (home, id)
);

create index complaint_due on complaint (due) where due is not null;

create index complaint_state on complaint (state, opened);

create index complaint_institution on complaint (institution, opened);

create index complaint_opened on complaint (opened);

create index complaint_patient on complaint (patient);

-- One at a time about one thing.
create unique index complaint_under_way on complaint (home, about) where state in ('open', 'answered', 'escalated');

-- type  case or complaint: of which it is a step. supervision_act.kind is 5 for a complaint.
alter table supervision_step add column type text collate "C" not null default 'case';
