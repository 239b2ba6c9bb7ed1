-- What a prescriber was shown and decided about, and how often each rule is overridden.

-- Keyed hashes only: neither the alert nor the state that it was decided in can be read from it. The decision itself,
-- with its reason, stands sealed in the prescription.
CREATE TABLE alert_overrides (
  patient_id TEXT NOT NULL REFERENCES patients (id),
  prescriber_id TEXT NOT NULL REFERENCES users (id),
  alert_key TEXT NOT NULL,
  shown_at INTEGER NOT NULL,
  overridden_at INTEGER,
  state_key TEXT,
  PRIMARY KEY (patient_id, prescriber_id, alert_key)
) STRICT, WITHOUT ROWID;

-- By rule, about nobody.
CREATE TABLE alert_counts (
  rule TEXT PRIMARY KEY,
  shown INTEGER NOT NULL,
  overridden INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
