-- What pharmacists decided about prescriptions, for the figures of their work. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: HOME, in the bucket of the prescription's Task. Figures of an institution are a fan-out by index.

-- Written with the step that decides, never changed. Of the doctor, the resident and the drugs there is no column: nothing counts
-- those (docs/adr/0110, 0115).
-- version   of the Task: one that was returned and insisted on is decided again
-- seconds   from when the prescription came to the queue
-- late      after the deadline
-- month     first day of the month of the decision, Beijing
-- decision  pass, return, refuse
-- code      comment code of a return or refusal; null for none
create table review_decision (
  home integer not null,
  version integer not null,
  seconds integer not null,
  late boolean not null,
  month date not null,
  decided timestamptz not null,
  task text collate "C" not null,
  institution text collate "C" not null,
  pharmacist text collate "C" not null,
  decision text not null,
  code text,
  constraint review_decision_pk primary key (home, task, version)
);

create index review_decision_of on review_decision (month, institution);
