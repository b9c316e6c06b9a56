-- Treat first, pay later. Plain SQL of PostgreSQL 15 level.
-- Distribution: both HOME, in the bucket of the resident.

-- used: what of the limit is not repaid
create table credit_line (
  home integer not null,
  limit_fen bigint not null,
  used_fen bigint not null,
  patient bigint not null,
  granted timestamptz not null,
  changed timestamptz not null,
  rule text collate "C" not null,
  constraint credit_line_pk primary key (home, patient),
  constraint credit_line_limit check (used_fen >= 0 and used_fen <= limit_fen)
);

-- state       see CreditState.java
-- settlement  whose own money it is
create table credit_use (
  home integer not null,
  state smallint not null,
  fen bigint not null,
  patient bigint not null,
  used timestamptz not null,
  due timestamptz not null,
  changed timestamptz not null,
  settlement text collate "C" not null,
  constraint credit_use_pk primary key (home, settlement),
  constraint credit_use_amount check (fen > 0)
);

create index credit_use_due on credit_use (due) where state = 1;
