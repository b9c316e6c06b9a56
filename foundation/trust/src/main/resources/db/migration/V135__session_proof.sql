-- When the person of a session last proved to be it: by the second factor, or by the password where the account has none.
-- Null in sessions from before: they were proved when they began. Distribution: account_session by home, as it was.
alter table account_session add column proved timestamptz;
