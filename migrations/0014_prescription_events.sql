-- What becomes of a signed prescription: sent, dispensed, returned, cancelled. The prescription itself does not change.

CREATE TABLE prescription_events (
  id TEXT PRIMARY KEY,
  prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
  patient_id TEXT NOT NULL REFERENCES patients (id),
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('sent', 'dispensed', 'returned', 'cancelled')),
  organization_id TEXT REFERENCES organizations (id),
  recorded_by TEXT NOT NULL REFERENCES users (id),
  content_sealed TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  UNIQUE (prescription_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX prescription_events_by_patient ON prescription_events (patient_id, id);

-- What happened does not change, whoever writes the SQL.
CREATE TRIGGER prescription_events_stay BEFORE UPDATE ON prescription_events
BEGIN
  SELECT RAISE(ABORT, 'what happened to a prescription cannot change');
END;

-- Directory: what a pharmacy has to look at.
CREATE TABLE pharmacy_prescriptions (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
  patient_id TEXT NOT NULL REFERENCES patients (id),
  is_open INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, prescription_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pharmacy_prescriptions_open ON pharmacy_prescriptions (organization_id, is_open, prescription_id);
CREATE INDEX pharmacy_prescriptions_by_prescription ON pharmacy_prescriptions (prescription_id, organization_id);
CREATE INDEX pharmacy_prescriptions_by_patient ON pharmacy_prescriptions (patient_id, prescription_id);
