-- Finance officers list accounts by kind. Plain SQL of PostgreSQL 15 level; kind and name never change.
create index ledger_balance_kind on ledger_balance (kind, name);
