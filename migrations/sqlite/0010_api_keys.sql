-- Keys of programs that read the public API. Only a hash of the secret is stored.
CREATE TABLE api_key (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    secret_hash BLOB NOT NULL,
    -- the last characters of the secret, to tell keys apart
    ending TEXT NOT NULL,
    name TEXT NOT NULL,
    -- parted by spaces, e.g. "read:analytics"
    scopes TEXT NOT NULL,
    -- ids parted by spaces; NULL: every channel of the workspace, also those to come
    channels TEXT,
    created_by BIGINT REFERENCES person (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_key_secret_hash ON api_key (secret_hash);
CREATE INDEX api_key_workspace ON api_key (workspace_id);
