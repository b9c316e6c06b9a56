-- Wrong door codes of an account within a few minutes. Distribution: KEY.
create table visit_queue_pace (
  key bigint not null,
  count integer not null,
  until timestamptz not null,
  constraint visit_queue_pace_pk primary key (key)
);
