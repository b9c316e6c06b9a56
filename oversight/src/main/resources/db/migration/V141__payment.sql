-- Orders to pay for something, how each channel was asked, and what goes back. Plain SQL of PostgreSQL 15 level.
-- Distribution: pay_order, pay_attempt and pay_refund HOME, in the bucket of the resident; simulated_payment REFERENCE.

-- id         the Invoice's
-- state      see OrderState.java
-- delivered  0 not yet, 1 what was paid for is there, 2 it could not be had any more
-- tries      attempts so far; refunds: how many were asked for
-- fen, refunded  what it costs, and what of it has gone back or is on its way back
-- due        when the clock looks at it next; null when nothing is left to do
-- expires    until when it can be paid
-- patient    keyed digest of Patient/id; payable: what it is for, as Appointment/id
create table pay_order (
  home integer not null,
  state smallint not null,
  delivered smallint not null,
  tries smallint not null,
  refunds smallint not null,
  revision integer not null,
  checks integer not null,
  fen bigint not null,
  refunded bigint not null,
  patient bigint not null,
  created timestamptz not null,
  expires timestamptz not null,
  changed timestamptz not null,
  paid timestamptz,
  due timestamptz,
  id text collate "C" not null,
  payable text collate "C" not null,
  institution text collate "C" not null,
  constraint pay_order_pk primary key (home, id),
  constraint pay_order_amounts check (fen > 0 and refunded >= 0 and refunded <= fen)
);

-- One that counts for each thing to pay.
create unique index pay_order_live on pay_order (home, payable) where state between 1 and 3;

create index pay_order_payable on pay_order (payable);

create index pay_order_patient on pay_order (patient, created);

create index pay_order_due on pay_order (due) where due is not null;

-- Written before the channel is asked: whatever happens then, it is known that it may have been.
-- state  0 begun: what the channel knows of it is not known; 1 waits for the resident; 2 paid; 3 over, unpaid
-- late   whether the money came when the order took none any more: it goes back
-- code   what the resident's application shows or opens; transaction: the channel's number
create table pay_attempt (
  home integer not null,
  number smallint not null,
  state smallint not null,
  late boolean not null,
  fen bigint not null,
  created timestamptz not null,
  changed timestamptz not null,
  order_id text collate "C" not null,
  channel text collate "C" not null,
  code text,
  transaction text,
  constraint pay_attempt_pk primary key (home, order_id, number)
);

-- state    0 asked for, 1 gone back, 2 the channel refuses: somebody has to look
-- attempt  by which the money came
-- key      of who asks: the same again is the same refund
create table pay_refund (
  home integer not null,
  number smallint not null,
  attempt smallint not null,
  state smallint not null,
  late boolean not null,
  fen bigint not null,
  created timestamptz not null,
  changed timestamptz not null,
  order_id text collate "C" not null,
  key text collate "C" not null,
  reason text not null,
  constraint pay_refund_pk primary key (home, order_id, number),
  constraint pay_refund_amount check (fen > 0)
);

create unique index pay_refund_key on pay_refund (home, order_id, key);

-- What the simulated channel remembers: for trying out, never for money.
create table simulated_payment (
  state smallint not null,
  fen bigint not null,
  refunded bigint not null,
  created timestamptz not null,
  paid timestamptz,
  id text collate "C" not null,
  channel text collate "C" not null,
  code text collate "C" not null,
  refunds text[] not null,
  constraint simulated_payment_pk primary key (id)
);

create unique index simulated_payment_code on simulated_payment (code);
