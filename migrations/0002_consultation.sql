-- What a consultation leaves behind: assessments, rooms, prescriptions.

CREATE TABLE assessments (
  id TEXT PRIMARY KEY,
  patient_id TEXT REFERENCES patients (id),
  organization_id TEXT REFERENCES organizations (id),
  encounter_id TEXT REFERENCES encounters (id),
  recorded_by TEXT NOT NULL REFERENCES users (id),
  status TEXT NOT NULL CHECK (status IN ('open', 'complete', 'not_understood')),
  triage_level TEXT CHECK (triage_level IN ('emergency', 'urgent', 'routine', 'self_care')),
  input_sealed TEXT NOT NULL,
  answer_sealed TEXT NOT NULL,
  knowledge_version TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assessments_by_recorder ON assessments (recorded_by, id);
CREATE INDEX assessments_by_patient ON assessments (patient_id, id);

-- The directory of rooms; what is said in one stays in its own object.
CREATE TABLE rooms (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('consultation')),
  subject_sealed TEXT NOT NULL,
  wrapped_key TEXT NOT NULL,
  patient_id TEXT REFERENCES patients (id),
  organization_id TEXT REFERENCES organizations (id),
  created_by TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  closed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE room_members (
  room_id TEXT NOT NULL REFERENCES rooms (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('patient', 'doctor', 'pharmacist', 'admin')),
  state TEXT NOT NULL CHECK (state IN ('invited', 'joined', 'left')),
  since INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_members_by_user ON room_members (user_id, state, room_id);

CREATE TABLE prescriptions (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patients (id),
  organization_id TEXT REFERENCES organizations (id),
  encounter_id TEXT REFERENCES encounters (id),
  recorded_by TEXT NOT NULL REFERENCES users (id),
  status TEXT NOT NULL CHECK (status IN ('draft', 'signed')),
  content_sealed TEXT NOT NULL,
  active_until INTEGER,
  signed_at INTEGER,
  signature TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX prescriptions_by_patient ON prescriptions (patient_id, status, id);
CREATE INDEX prescriptions_by_recorder ON prescriptions (recorded_by, id);

-- Once signed, a prescription does not change, whoever writes the SQL.
CREATE TRIGGER prescriptions_signed_stay BEFORE UPDATE ON prescriptions
WHEN OLD.status = 'signed'
BEGIN
  SELECT RAISE(ABORT, 'a signed prescription cannot change');
END;

CREATE TRIGGER prescriptions_signed_are_kept BEFORE DELETE ON prescriptions
WHEN OLD.status = 'signed'
BEGIN
  SELECT RAISE(ABORT, 'a signed prescription cannot be deleted');
END;

-- REPLACE deletes without a word to the trigger above.
CREATE TRIGGER prescriptions_signed_are_not_replaced BEFORE INSERT ON prescriptions
WHEN EXISTS (SELECT 1 FROM prescriptions WHERE id = NEW.id AND status = 'signed')
BEGIN
  SELECT RAISE(ABORT, 'a signed prescription cannot be replaced');
END;

-- Mails of a local installation, shown at /dev/mail.
CREATE TABLE development_mailbox (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  sent_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
