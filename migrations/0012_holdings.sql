-- Finds what is held on a person by every way that leads to them, for a copy of
-- it and for erasing it.

CREATE INDEX invitations_by_inviter ON invitations (invited_by);
CREATE INDEX invitations_by_address ON invitations (email_index);
CREATE INDEX api_keys_by_maker ON api_keys (created_by);
CREATE INDEX consents_by_patient ON consents (patient_id, id) WHERE patient_id IS NOT NULL;
