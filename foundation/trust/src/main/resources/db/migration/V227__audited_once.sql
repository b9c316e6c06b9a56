-- Rows of the audit never change, and go only when they are too old to be kept; seals and their certificates stay for ever. The
-- role that the platform connects with takes the right to do otherwise from itself (docs/adr/0136). Plain SQL of PostgreSQL 15 level.
revoke update, truncate on audit from current_user;

revoke update, delete, truncate on audit_seal, audit_certificate from current_user;
