-- The audit as chains that show what is changed, removed or cut off, and what
-- a person may ask for: a copy of what is held on them, and its erasure.

-- A patient's rows are one chain; those about nobody's record are one a day.
-- `sequence` is given when a row is sealed, so an older id that commits late
-- stands behind those that were sealed before it and breaks nothing.
ALTER TABLE audit ADD COLUMN sequence INTEGER;
ALTER TABLE audit ADD COLUMN chain TEXT GENERATED ALWAYS AS (COALESCE(patient_id, 'day-' || (at / 86400000))) VIRTUAL;
CREATE INDEX audit_by_chain ON audit (chain, sequence);
CREATE INDEX audit_by_actor ON audit (actor_id, id);

-- Sealing fills `sequence` and `hash`, once; nothing else about a row changes.
CREATE TRIGGER audit_rows_stay BEFORE UPDATE ON audit
WHEN OLD.hash IS NOT NULL OR NEW.hash IS NULL OR NEW.sequence IS NULL
  OR NEW.id IS NOT OLD.id OR NEW.patient_id IS NOT OLD.patient_id OR NEW.actor_id IS NOT OLD.actor_id
  OR NEW.action IS NOT OLD.action OR NEW.subject_id IS NOT OLD.subject_id
  OR NEW.request_id IS NOT OLD.request_id OR NEW.at IS NOT OLD.at
BEGIN
  SELECT RAISE(ABORT, 'an audit row cannot change');
END;

CREATE TRIGGER audit_rows_are_kept BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'an audit row cannot be deleted');
END;

-- REPLACE deletes without a word to the trigger above.
CREATE TRIGGER audit_rows_are_not_replaced BEFORE INSERT ON audit
WHEN NEW.hash IS NOT NULL OR NEW.sequence IS NOT NULL OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'an audit row is written once, and sealed later');
END;

-- The head of each chain. `sequence` only grows: it is also what two runs of the
-- sealing meet at.
CREATE TABLE audit_chains (
  id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  checkpoint_sequence INTEGER NOT NULL DEFAULT 0,
  checkpoint_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_chains_without_checkpoint ON audit_chains (checkpoint_at) WHERE sequence > checkpoint_sequence;

-- A copy of what is held on a person; the copy itself is a file.
CREATE TABLE exports (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  status TEXT NOT NULL CHECK (status IN ('pending', 'ready')),
  bytes INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX exports_by_user ON exports (user_id, id);
CREATE INDEX exports_by_end ON exports (expires_at);
CREATE UNIQUE INDEX exports_pending ON exports (user_id) WHERE status = 'pending';

-- Who wants to be forgotten, and when they will have been.
CREATE TABLE erasures (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  requested_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  done_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_waiting ON erasures (next_attempt_at) WHERE done_at IS NULL;

-- What was agreed to, and when it was taken back: rows are only added.
CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  patient_id TEXT REFERENCES patients (id),
  purpose TEXT NOT NULL,
  version TEXT NOT NULL,
  given INTEGER NOT NULL CHECK (given IN (0, 1)),
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_by_user ON consents (user_id, id);

-- What the law makes an installation keep of somebody who was erased, sealed
-- under a key of its own. No call of the API reads it.
CREATE TABLE legal_archive (
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  content_sealed TEXT NOT NULL,
  kept_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX legal_archive_by_end ON legal_archive (kept_until);
CREATE INDEX legal_archive_by_patient ON legal_archive (patient_id);

-- Erasing looks for the rooms of a patient and for what waits for somebody.
CREATE INDEX rooms_by_patient ON rooms (patient_id);
CREATE INDEX rooms_by_creator ON rooms (created_by);

-- What is wrapped under an older master key is found by that key's id alone.
CREATE INDEX users_by_master_key ON users (substr(wrapped_key, 1, instr(wrapped_key, '.') - 1));
CREATE INDEX patients_by_master_key ON patients (substr(wrapped_key, 1, instr(wrapped_key, '.') - 1));
CREATE INDEX rooms_by_master_key ON rooms (substr(wrapped_key, 1, instr(wrapped_key, '.') - 1));
CREATE INDEX legal_archive_by_key ON legal_archive (substr(content_sealed, 1, instr(content_sealed, '.') - 1));
