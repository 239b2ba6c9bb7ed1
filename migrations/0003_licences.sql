-- Where a practitioner may practise. Acting as a doctor needs one that an admin
-- of the organization has verified.

CREATE TABLE licences (
  user_id TEXT NOT NULL REFERENCES users (id),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  country TEXT NOT NULL,
  number_sealed TEXT NOT NULL,
  verified_at INTEGER,
  verified_by TEXT REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, organization_id, country)
) STRICT, WITHOUT ROWID;
