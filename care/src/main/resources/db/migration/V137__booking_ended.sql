-- Who came and who did not, by institution and day: what the console counts (docs/adr/0103). Plain SQL of PostgreSQL 15
-- level, one statement each. Holds and bookings to come have no entry: making one costs nothing more.

create index booking_ended on booking (institution, day) include (schedule, state)
  where state in ('arrived', 'fulfilled', 'noshow');
