-- Keys with which other systems call, where people have signed in before, and the
-- exact limits of a host that has no objects to count in.

-- The key itself is stored hashed. It has a row in `users` under the same id, for
-- what it makes and does is recorded under that id; nobody can sign in as it.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY REFERENCES users (id),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  secret_hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_by TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER,
  last_used_on TEXT,
  version INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_organization ON api_keys (organization_id, id);

-- Addresses (fingerprints under the index key) from which somebody signed in.
CREATE TABLE known_addresses (
  user_id TEXT NOT NULL REFERENCES users (id),
  address_index TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, address_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_addresses_by_age ON known_addresses (seen_at);

CREATE TABLE limit_buckets (
  owner TEXT NOT NULL,
  bucket TEXT NOT NULL,
  full_at INTEGER NOT NULL,
  PRIMARY KEY (owner, bucket)
) STRICT, WITHOUT ROWID;
