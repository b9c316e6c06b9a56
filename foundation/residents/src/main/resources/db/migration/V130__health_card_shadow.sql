-- What a step with the card of one record means for the cards of the other records of that person, while they are linked.
-- Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: HOME, in the home of the card that is meant, with health_card.

-- state    2 suspended, 3 cancelled, 4 replaced; held: as in health_card
-- patient  keyed digest of the Patient whose card is meant
-- through  that of the Patient whose card the step was taken with: counts while the two are one person
create table health_card_shadow (
  home integer not null,
  state smallint not null,
  held smallint not null,
  patient bigint not null,
  through bigint not null,
  since timestamptz not null,
  card text collate "C" not null,
  constraint health_card_shadow_pk primary key (home, card, through)
);

create index health_card_shadow_of on health_card_shadow (home, patient);

create index health_card_shadow_through on health_card_shadow (through);
