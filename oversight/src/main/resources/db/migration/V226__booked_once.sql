-- What is booked, sealed and noted is written once: the role that the platform connects with takes the right to change it from
-- itself (docs/adr/0136). Plain SQL of PostgreSQL 15 level.
revoke update, delete, truncate on ledger_posting, ledger_transfer, clearing_close, clearing_terms, clearing_layout,
  clearing_case_step, clearing_month_step from current_user;
