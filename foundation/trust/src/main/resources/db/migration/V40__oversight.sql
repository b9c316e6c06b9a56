-- Oversight: who asked for the trace of a record, and alerts on unusual access. Plain SQL of PostgreSQL 15 level, one
-- statement each. Distribution: all LOCAL (small; read and written by few).

-- Somebody asked what happened to a record. subject: as in audit_subject. document: the case.
create table trace_inquiry (
  id text collate "C" not null,
  subject bigint not null,
  at timestamptz not null,
  by_subject text collate "C" not null,
  role text collate "C" not null,
  document text not null,
  constraint trace_inquiry_pk primary key (id)
);

create index trace_inquiry_subject on trace_inquiry (subject, at);

-- What each caller did in each hour, added up from the audit. caller: account, or 'remote:' and an address.
create table caller_hour (
  caller text collate "C" not null,
  hour timestamptz not null,
  role text collate "C" not null,
  institution text collate "C" not null,
  requests bigint not null,
  refusals bigint not null,
  residents bigint not null,
  constraint caller_hour_pk primary key (caller, hour)
);

create index caller_hour_hour on caller_hour (hour);

-- How far the rows of the audit were added up.
create table alert_watch (
  watch text collate "C" not null,
  until timestamptz not null,
  constraint alert_watch_pk primary key (watch)
);

-- id: made of kind, caller and hour. state: detected, triaged, contained, closed.
create table alert (
  id text collate "C" not null,
  kind text collate "C" not null,
  caller text collate "C" not null,
  role text collate "C" not null,
  institution text collate "C" not null,
  hour timestamptz not null,
  count bigint not null,
  usual bigint not null,
  state text collate "C" not null,
  made timestamptz not null,
  note text not null,
  by_subject text collate "C" not null,
  constraint alert_pk primary key (id)
);

create index alert_hour on alert (hour, id);
