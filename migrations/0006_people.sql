-- People and who may see whom: what a profile holds, invitations of staff, acting
-- for others, suspension, and records opened in an emergency.

ALTER TABLE patients ADD COLUMN profile_sealed TEXT;

-- A proxy who only reads may change nothing.
ALTER TABLE patient_access ADD COLUMN scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('read', 'full'));
-- A record is one person's own at most.
CREATE UNIQUE INDEX patient_access_self ON patient_access (patient_id) WHERE relation = 'self';

ALTER TABLE users ADD COLUMN suspension_reason_sealed TEXT;

-- Set when the role ended by a suspension: reinstating gives it back.
ALTER TABLE staff ADD COLUMN suspended_at INTEGER;
ALTER TABLE staff ADD COLUMN suspension_reason_sealed TEXT;

ALTER TABLE organizations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Until when the second factor that was given in this session counts for what needs it.

CREATE TABLE practitioner_profiles (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  profile_sealed TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One open invitation an organization and address; the token is stored hashed.
CREATE TABLE invitations (
  token_hash TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  email_index TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('doctor', 'pharmacist', 'admin')),
  invited_by TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, email_index) WHERE used_at IS NULL;

-- Somebody asks to act for a patient; gone once it is granted or refused.
CREATE TABLE access_requests (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patients (id),
  requester_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX access_requests_by_patient ON access_requests (patient_id, requester_id);
CREATE INDEX access_requests_by_requester ON access_requests (requester_id, created_at);

-- A code with which a young person takes over the record that was kept for them.
CREATE TABLE handovers (
  patient_id TEXT PRIMARY KEY REFERENCES patients (id),
  code_hash TEXT NOT NULL UNIQUE,
  given_by TEXT NOT NULL REFERENCES users (id),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records that a doctor opened without the patient's act; read only, for an hour.
CREATE TABLE emergency_openings (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patients (id),
  practitioner_id TEXT NOT NULL REFERENCES users (id),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  reason_sealed TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX emergency_openings_by_patient ON emergency_openings (patient_id, practitioner_id, expires_at);
