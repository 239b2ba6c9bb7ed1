-- Visits: an encounter from the patient's request, through the queue of an
-- organization, to a note that is signed and from then on unchangeable.

-- What a visit has beyond its encounter, in the record of its patient.
CREATE TABLE visits (
  encounter_id TEXT PRIMARY KEY REFERENCES encounters (id),
  patient_id TEXT NOT NULL REFERENCES patients (id),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  requested_by TEXT NOT NULL REFERENCES users (id),
  assessment_id TEXT REFERENCES assessments (id),
  status TEXT NOT NULL CHECK (status IN ('requested', 'in_progress', 'closed', 'cancelled')),
  triage_level TEXT CHECK (triage_level IN ('emergency', 'urgent', 'routine', 'self_care')),
  acknowledged_emergency INTEGER NOT NULL CHECK (acknowledged_emergency IN (0, 1)),
  reason_sealed TEXT NOT NULL,
  consent_version TEXT NOT NULL,
  consented_at INTEGER NOT NULL,
  -- Whether the record was open to the visit's doctor before the visit opened it.
  care_existed INTEGER NOT NULL DEFAULT 0 CHECK (care_existed IN (0, 1)),
  accepted_at INTEGER,
  closed_at INTEGER,
  close_reason TEXT CHECK (close_reason IN ('no_show', 'cancelled_by_patient', 'technical'))
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_by_patient ON visits (patient_id, encounter_id);
-- At most one open visit of a patient in an organization.
CREATE UNIQUE INDEX visits_open ON visits (patient_id, organization_id) WHERE status IN ('requested', 'in_progress');
CREATE INDEX encounters_by_practitioner ON encounters (practitioner_id, id);

-- Who waits, in the order in which they are taken; level 0 is an emergency, 3 care at home.
CREATE TABLE visit_queue (
  encounter_id TEXT PRIMARY KEY REFERENCES encounters (id),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
  waiting_since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX visit_queue_in_order ON visit_queue (organization_id, level, waiting_since, encounter_id);

CREATE TABLE duty (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  since INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE visit_notes (
  encounter_id TEXT PRIMARY KEY REFERENCES encounters (id),
  patient_id TEXT NOT NULL REFERENCES patients (id),
  author_id TEXT NOT NULL REFERENCES users (id),
  status TEXT NOT NULL CHECK (status IN ('draft', 'signed')),
  content_sealed TEXT NOT NULL,
  signed_at INTEGER,
  signature TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Once signed, a note does not change, whoever writes the SQL.
CREATE TRIGGER visit_notes_signed_stay BEFORE UPDATE ON visit_notes
WHEN OLD.status = 'signed'
BEGIN
  SELECT RAISE(ABORT, 'a signed note cannot change');
END;

CREATE TRIGGER visit_notes_signed_are_kept BEFORE DELETE ON visit_notes
WHEN OLD.status = 'signed'
BEGIN
  SELECT RAISE(ABORT, 'a signed note cannot be deleted');
END;

-- REPLACE deletes without a word to the trigger above.
CREATE TRIGGER visit_notes_signed_are_not_replaced BEFORE INSERT ON visit_notes
WHEN EXISTS (SELECT 1 FROM visit_notes WHERE encounter_id = NEW.encounter_id AND status = 'signed')
BEGIN
  SELECT RAISE(ABORT, 'a signed note cannot be replaced');
END;

-- What was added to a signed note later; each signed, none ever changed.
CREATE TABLE visit_note_amendments (
  id TEXT PRIMARY KEY,
  encounter_id TEXT NOT NULL REFERENCES visit_notes (encounter_id),
  author_id TEXT NOT NULL REFERENCES users (id),
  text_sealed TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  signature TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_note_amendments_by_note ON visit_note_amendments (encounter_id, id);

CREATE TRIGGER visit_note_amendments_stay BEFORE UPDATE ON visit_note_amendments
BEGIN
  SELECT RAISE(ABORT, 'an amendment cannot change');
END;

CREATE TRIGGER visit_note_amendments_are_kept BEFORE DELETE ON visit_note_amendments
BEGIN
  SELECT RAISE(ABORT, 'an amendment cannot be deleted');
END;

CREATE TRIGGER visit_note_amendments_are_not_replaced BEFORE INSERT ON visit_note_amendments
WHEN EXISTS (SELECT 1 FROM visit_note_amendments WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'an amendment cannot be replaced');
END;
