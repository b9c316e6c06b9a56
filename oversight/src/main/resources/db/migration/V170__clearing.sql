-- Statements of payers and channels, what of them does not match, cases, closed days, months. Plain SQL of PostgreSQL 15 level.
-- Distribution: clearing_terms, clearing_layout REFERENCE; clearing_book, clearing_statement, clearing_entry, clearing_rest HOME,
-- in the bucket of counterpart and day: a day of a channel is matched on one node; clearing_case, clearing_case_step HOME, in
-- the bucket of the case's id, which is that of its day; clearing_close HOME, in the bucket of what is closed; clearing_month,
-- clearing_month_step HOME, in the bucket of the month's id.

-- How a counterpart is reconciled; the latest revision counts, none is changed.
create table clearing_terms (
  revision integer not null,
  at timestamptz not null,
  counterpart text collate "C" not null,
  set_by text not null,
  content text not null,
  constraint clearing_terms_pk primary key (counterpart, revision)
);

-- How a file of a statement is laid out; likewise.
create table clearing_layout (
  revision integer not null,
  at timestamptz not null,
  code text collate "C" not null,
  set_by text not null,
  content text not null,
  constraint clearing_layout_pk primary key (code, revision)
);

-- A day of a counterpart.
-- state       see DayState.java
-- book        first 64 bits of a digest of counterpart and day; its last 12 are the home
-- statements  number of the last statement taken
-- ours, theirs, listed  lines of the three sides, and their sums in fen: what we say, the counterpart, the institutions
-- by_key, by_reference, by_rule, carried, differences  of our lines and theirs, how they were matched
create table clearing_book (
  home integer not null,
  state smallint not null,
  statements smallint not null,
  terms integer not null,
  ours integer not null,
  theirs integer not null,
  listed integer not null,
  by_key integer not null,
  by_reference integer not null,
  by_rule integer not null,
  carried integer not null,
  differences integer not null,
  book bigint not null,
  ours_fen bigint not null,
  theirs_fen bigint not null,
  listed_fen bigint not null,
  opened timestamptz not null,
  reconciled timestamptz,
  day date not null,
  counterpart text collate "C" not null,
  constraint clearing_book_pk primary key (home, book)
);

create index clearing_book_day on clearing_book (day, counterpart);

-- A file that was taken.
-- side       1 the counterpart's, 2 an institution's
-- standing   false once another took its place
-- digest     SHA-256 of the file's bytes; content: SM3 of its lines as they were understood
create table clearing_statement (
  home integer not null,
  number smallint not null,
  side smallint not null,
  standing boolean not null,
  lines integer not null,
  layout_revision integer not null,
  book bigint not null,
  fen_in bigint not null,
  fen_out bigint not null,
  taken timestamptz not null,
  institution text collate "C" not null,
  layout text collate "C" not null,
  taken_by text not null,
  digest bytea not null,
  content bytea not null,
  constraint clearing_statement_pk primary key (home, book, number)
);

create unique index clearing_statement_one on clearing_statement (home, book, side, institution) where standing;

-- A line of one of the three sides. What matches needs no further row.
-- statement  number of the statement; 0 for ours
-- kind       1 payment, 2 refund
-- fen        above zero for what came, below for what went back
create table clearing_entry (
  home integer not null,
  number integer not null,
  statement smallint not null,
  side smallint not null,
  kind smallint not null,
  book bigint not null,
  fen bigint not null,
  at timestamptz not null,
  key text collate "C" not null,
  reference text collate "C" not null,
  institution text collate "C" not null,
  constraint clearing_entry_pk primary key (home, book, statement, number)
);

-- Lines that do not match one to one by their key.
-- way   0 not at all, 2 by reference and sum, 3 by amount and time, 4 with another day
-- pair  what belongs together by a rule has the same
create table clearing_rest (
  home integer not null,
  number integer not null,
  statement smallint not null,
  side smallint not null,
  kind smallint not null,
  way smallint not null,
  book bigint not null,
  fen bigint not null,
  at timestamptz not null,
  key text collate "C" not null,
  reference text collate "C" not null,
  institution text collate "C" not null,
  pair text collate "C" not null,
  constraint clearing_rest_pk primary key (home, book, statement, number)
);

create index clearing_rest_key on clearing_rest (home, book, key);

-- A difference that somebody has to look at.
-- kind, state  see Difference.java, CaseState.java; movement: 1 payment, 2 refund
-- *_fen        sum of each side; null where it has no line
-- remedy_fen   what is proposed to be booked, from remedy_debit to remedy_credit (kinds of accounts)
-- turned_up    the day on which it turned up by itself
create table clearing_case (
  home integer not null,
  kind smallint not null,
  state smallint not null,
  movement smallint not null,
  revision integer not null,
  book bigint not null,
  ours_fen bigint,
  theirs_fen bigint,
  listed_fen bigint,
  remedy_fen bigint,
  found timestamptz not null,
  changed timestamptz not null,
  day date not null,
  turned_up date,
  id text collate "C" not null,
  counterpart text collate "C" not null,
  institution text collate "C" not null,
  key text collate "C" not null,
  reason text collate "C" not null,
  remedy_debit text collate "C",
  remedy_credit text collate "C",
  constraint clearing_case_pk primary key (home, id)
);

create unique index clearing_case_of on clearing_case (home, book, key, movement);

create index clearing_case_open on clearing_case (counterpart, day) where state < 5;

create index clearing_case_day on clearing_case (day, counterpart);

-- Written once.
create table clearing_case_step (
  home integer not null,
  number integer not null,
  step smallint not null,
  at timestamptz not null,
  case_id text collate "C" not null,
  taken_by text not null,
  note text not null,
  constraint clearing_case_step_pk primary key (home, case_id, number)
);

-- A closed day of a channel, a payer, an institution, or of all. Written once.
-- number  from 1, without gaps, of each scope
-- body    what was sealed, see DayClose.java; digest: SM3 of it; signature: by certificate (DER)
create table clearing_close (
  home integer not null,
  number integer not null,
  at timestamptz not null,
  day date not null,
  scope text collate "C" not null,
  body text not null,
  digest bytea not null,
  signature bytea not null,
  certificate bytea not null,
  constraint clearing_close_pk primary key (home, scope, number)
);

create unique index clearing_close_day on clearing_close (home, scope, day);

create index clearing_close_of on clearing_close (day);

-- What a counterpart owes an institution of a month, and what of it was paid.
-- state    see MonthState.java
-- lines, in_fen, out_fen  of the closed days; adjusted_fen: of cases that were adjusted in the month
-- due_fen  all of it; advance_fen: what is paid first
create table clearing_month (
  home integer not null,
  state smallint not null,
  revision integer not null,
  lines integer not null,
  days smallint not null,
  in_fen bigint not null,
  out_fen bigint not null,
  adjusted_fen bigint not null,
  due_fen bigint not null,
  advance_fen bigint not null,
  drawn timestamptz not null,
  changed timestamptz not null,
  month date not null,
  id text collate "C" not null,
  counterpart text collate "C" not null,
  institution text collate "C" not null,
  constraint clearing_month_pk primary key (home, id)
);

create unique index clearing_month_of on clearing_month (home, counterpart, institution, month);

create index clearing_month_list on clearing_month (month, counterpart);

-- Written once.
create table clearing_month_step (
  home integer not null,
  number integer not null,
  step smallint not null,
  fen bigint not null,
  at timestamptz not null,
  month_id text collate "C" not null,
  taken_by text not null,
  note text not null,
  constraint clearing_month_step_pk primary key (home, month_id, number)
);
