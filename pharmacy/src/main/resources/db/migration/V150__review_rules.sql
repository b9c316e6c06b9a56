-- Rules of prescription review that a region writes itself, and knowledge bases that it loads. Plain SQL of PostgreSQL 15 level,
-- one statement each.
-- Distribution: both REFERENCE: changed rarely, read by all.

-- Versions of rules; those that come with the platform are in its jar.
-- version   from 1001
-- state     draft, trial, live, retired
-- spec      JSON of the rule; {"rule": .., "off": true} switches a shipped one off
-- tried     JSON of the last dry run; null for none. Without one nothing goes live
-- decided   when it came to its state, by whom and why
create table review_rule (
  version integer not null,
  made timestamptz not null,
  decided timestamptz,
  rule text collate "C" not null,
  state text not null,
  spec text not null,
  tried text,
  made_by text not null,
  decided_by text,
  reason text,
  constraint review_rule_pk primary key (rule, version)
);

-- Knowledge bases that were handed in. One at most is live; where none is, the shipped demonstration is.
-- digest    SHA-256 of the content, hex
-- content   the file, compressed with gzip
create table drug_knowledge (
  made timestamptz not null,
  decided timestamptz,
  base text collate "C" not null,
  version text collate "C" not null,
  state text not null,
  digest text not null,
  made_by text not null,
  decided_by text,
  reason text,
  content bytea not null,
  constraint drug_knowledge_pk primary key (base, version)
);
