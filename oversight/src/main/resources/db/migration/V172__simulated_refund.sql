-- What a simulated channel gave back, for its statement of the day. For trying out, never for money.
-- Distribution: REFERENCE.
create table simulated_refund (
  fen bigint not null,
  at timestamptz not null,
  id text collate "C" not null,
  payment text collate "C" not null,
  channel text collate "C" not null,
  constraint simulated_refund_pk primary key (id)
);

create index simulated_refund_day on simulated_refund (channel, at);

create index simulated_payment_day on simulated_payment (channel, paid);
