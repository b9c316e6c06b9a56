-- Data quality: sums of the increments. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: all LOCAL
-- (a row per institution, data set and day; written by one instance at a time, every few seconds).

-- checks, failed: one number for each dimension, in the order of Dimension. opened, closed: findings.
create table quality_day (
  owner text collate "C" not null,
  dataset text collate "C" not null,
  day date not null,
  records bigint not null,
  checks bigint[] not null,
  failed bigint[] not null,
  opened bigint not null,
  closed bigint not null,
  constraint quality_day_pk primary key (owner, dataset, day)
);

create index quality_day_day on quality_day (day);

-- month: its first day.
create table quality_month (
  owner text collate "C" not null,
  rule text collate "C" not null,
  month date not null,
  dataset text collate "C" not null,
  checks bigint not null,
  failed bigint not null,
  opened bigint not null,
  closed bigint not null,
  constraint quality_month_pk primary key (owner, rule, month)
);

create index quality_month_month on quality_month (month);

-- Findings that nobody has dealt with yet.
create table quality_open (
  owner text collate "C" not null,
  rule text collate "C" not null,
  dataset text collate "C" not null,
  open bigint not null,
  constraint quality_open_pk primary key (owner, rule)
);
