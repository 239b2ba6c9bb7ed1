-- The foundation: who signs in, whose record it is, who acts for whom, where
-- staff work, and what every change needs (outbox, audit, idempotency).
-- Times are milliseconds since 1970 UTC; ids are UUIDv7 text; *_sealed columns
-- are AES-256-GCM under the person's data key, itself wrapped by a master key.

-- A batch inserts 0 here to roll itself back when an update hit no row.
CREATE TABLE guard (ok INTEGER NOT NULL CONSTRAINT guard CHECK (ok = 1)) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email_index TEXT NOT NULL UNIQUE,
  email_sealed TEXT NOT NULL,
  name_sealed TEXT NOT NULL,
  wrapped_key TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  locale TEXT NOT NULL DEFAULT 'en',
  country TEXT,
  email_verified_at INTEGER,
  suspended_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operators (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  generation INTEGER NOT NULL DEFAULT 0,
  rotated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT CHECK (end_reason IN ('logout', 'reuse', 'expired', 'reset')),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, ended_at);

-- Single use, stored hashed.
CREATE TABLE email_tokens (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('verify', 'reset')),
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX email_tokens_by_user ON email_tokens (user_id, purpose);

CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('doctor', 'pharmacist', 'admin')),
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (organization_id, user_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_by_user ON staff (user_id, ended_at);
CREATE INDEX staff_by_role ON staff (role, ended_at, organization_id, user_id);

CREATE TABLE patients (
  id TEXT PRIMARY KEY,
  wrapped_key TEXT NOT NULL,
  name_sealed TEXT NOT NULL,
  birth_date_sealed TEXT,
  country TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who acts for whom.
CREATE TABLE patient_access (
  patient_id TEXT NOT NULL REFERENCES patients (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  relation TEXT NOT NULL CHECK (relation IN ('self', 'child', 'ward', 'proxy')),
  expires_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (patient_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_access_by_user ON patient_access (user_id);

-- Opens a record to a practitioner; begun by the patient's act, ended by it too.
CREATE TABLE care_relationships (
  patient_id TEXT NOT NULL REFERENCES patients (id),
  practitioner_id TEXT NOT NULL REFERENCES users (id),
  organization_id TEXT REFERENCES organizations (id),
  began_by TEXT NOT NULL CHECK (began_by IN ('patient_opened_room', 'patient_accepted_invitation', 'consent')),
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (patient_id, practitioner_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE encounters (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patients (id),
  organization_id TEXT REFERENCES organizations (id),
  practitioner_id TEXT REFERENCES users (id),
  room_id TEXT,
  status TEXT NOT NULL CHECK (status IN ('planned', 'in_progress', 'finished', 'cancelled')),
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX encounters_by_patient ON encounters (patient_id, id);

-- What must follow a change: written with it, sent afterwards, done once.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  payload_sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  done_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (next_attempt_at) WHERE done_at IS NULL;

-- What happened, by whom, to whom; chained per patient by a job that fills `hash`.
CREATE TABLE audit (
  id TEXT PRIMARY KEY,
  patient_id TEXT,
  actor_id TEXT,
  action TEXT NOT NULL,
  subject_id TEXT,
  request_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  hash TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_patient ON audit (patient_id, id);
CREATE INDEX audit_unsealed ON audit (id) WHERE hash IS NULL;

CREATE TABLE idempotency (
  caller_id TEXT NOT NULL,
  path TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  answer_sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (caller_id, path, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);
