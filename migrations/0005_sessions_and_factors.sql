-- Second factors, step-up, and what a person sees of their sessions.

-- When the session's owner last confirmed that it is them, and how often that
-- was tried in vain since. The device is sealed under the user's key.
ALTER TABLE sessions ADD COLUMN stepped_up_at INTEGER;
ALTER TABLE sessions ADD COLUMN step_up_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN device_sealed TEXT;

-- `last_step` is the last 30-second step whose code was taken: none is taken twice.
CREATE TABLE totp_factors (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  secret_sealed TEXT NOT NULL,
  last_step INTEGER NOT NULL DEFAULT 0,
  confirmed_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id),
  code_hash TEXT NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

-- A sign-in that waits for its second factor.
CREATE TABLE mfa_attempts (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  tries INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX mfa_attempts_by_user ON mfa_attempts (user_id, expires_at);

-- Devices that have signed in to an account, by a keyed fingerprint.
CREATE TABLE devices (
  user_id TEXT NOT NULL REFERENCES users (id),
  device_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, device_hash)
) STRICT, WITHOUT ROWID;

-- An address that waits to be confirmed; the latest one counts. It is sealed as
-- the address of the user, which it becomes.
CREATE TABLE email_changes (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE,
  email_index TEXT NOT NULL,
  email_sealed TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
