-- Keys are managed without their secrets: each has an id, and tells when it was
-- made and last used. Of those from before it is not known when they were made.
CREATE TABLE managed_api_keys (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  secret_sha256 TEXT NOT NULL CHECK (length(secret_sha256) = 64),
  id TEXT NOT NULL DEFAULT ('cbkey_' || lower(hex(randomblob(16)))),
  name TEXT NOT NULL,
  last_characters TEXT NOT NULL CHECK (length(last_characters) = 4),
  role TEXT NOT NULL,
  created_at INTEGER DEFAULT (unixepoch()),
  expires_at INTEGER,
  revoked_at INTEGER,
  -- Written at most once an hour.
  last_used_at INTEGER,
  PRIMARY KEY (org_id, secret_sha256),
  UNIQUE (org_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO managed_api_keys
  (org_id, secret_sha256, name, last_characters, role, created_at, expires_at, revoked_at)
SELECT org_id, secret_sha256, name, last_characters, role, NULL, expires_at, revoked_at
FROM api_keys;

DROP TABLE api_keys;
ALTER TABLE managed_api_keys RENAME TO api_keys;

-- What an identity provider calls organizations and people. The first finds the
-- organization of a token, so like api_key_directory it cannot begin with it.
ALTER TABLE organizations ADD COLUMN external_id TEXT CHECK (external_id <> '');
CREATE UNIQUE INDEX organizations_by_external_id
  ON organizations (external_id) WHERE external_id IS NOT NULL;
ALTER TABLE users ADD COLUMN external_id TEXT CHECK (external_id <> '');
CREATE UNIQUE INDEX users_by_external_id
  ON users (org_id, external_id) WHERE external_id IS NOT NULL;
