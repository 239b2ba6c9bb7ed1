-- What is known of a patient: problems, allergies, medicines, observations and
-- the like. One row an entry, its content sealed as one JSON text under the
-- patient's key; a correction keeps the version before it.

CREATE TABLE record_entries (
  id TEXT PRIMARY KEY,
  patient_id TEXT NOT NULL REFERENCES patients (id),
  organization_id TEXT REFERENCES organizations (id),
  encounter_id TEXT REFERENCES encounters (id),
  kind TEXT NOT NULL CHECK (kind IN ('problems', 'allergies', 'medications', 'procedures', 'immunizations',
                                     'family-history', 'social-history', 'observations', 'statements')),
  -- Which observation or statement, so that the last one of each is found; never its value.
  code TEXT,
  -- Who wrote this version, and whether as the patient or as a practitioner.
  recorded_by TEXT NOT NULL REFERENCES users (id),
  asserter TEXT NOT NULL CHECK (asserter IN ('patient', 'practitioner')),
  status TEXT NOT NULL CHECK (status IN ('active', 'entered_in_error')),
  -- Whether it still holds: not resolved, refuted, stopped, withdrawn or in error.
  is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
  content_sealed TEXT NOT NULL,
  effective_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX record_entries_by_patient ON record_entries (patient_id, id);
CREATE INDEX record_entries_by_kind ON record_entries (patient_id, kind, id);
CREATE INDEX record_entries_by_code ON record_entries (patient_id, kind, code, status, effective_at, id);

-- Every version that was corrected, as it was.
CREATE TABLE record_entry_versions (
  entry_id TEXT NOT NULL REFERENCES record_entries (id),
  version INTEGER NOT NULL,
  encounter_id TEXT,
  recorded_by TEXT NOT NULL,
  asserter TEXT NOT NULL,
  status TEXT NOT NULL,
  content_sealed TEXT NOT NULL,
  effective_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (entry_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER record_entry_versions_stay BEFORE UPDATE ON record_entry_versions
BEGIN
  SELECT RAISE(ABORT, 'a version of an entry cannot change');
END;
