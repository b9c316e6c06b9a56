-- Secrets of headers lie as every content does that is rewritten when the data key changes
-- (db/encrypted-tables.properties): in content, keyed by home, id and version. home is always 0, the table stays LOCAL.

alter table subscription rename column headers to content;

alter table subscription add column home int not null default 0;
