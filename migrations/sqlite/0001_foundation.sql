-- Instants are unix seconds; days are TEXT 'YYYY-MM-DD' written by Rust; counts are NULL when not known.
-- Ids are never used again (AUTOINCREMENT): caches and addresses may outlive a row.

CREATE TABLE workspace (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX workspace_name ON workspace (name);

CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    telegram_id BIGINT,
    name TEXT NOT NULL,
    language TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX person_telegram_id ON person (telegram_id);

CREATE TABLE membership (
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, person_id)
) WITHOUT ROWID;
CREATE INDEX membership_person ON membership (person_id);

CREATE TABLE invitation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL,
    role TEXT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_by BIGINT REFERENCES person (id) ON DELETE SET NULL,
    accepted_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX invitation_token_hash ON invitation (token_hash);
CREATE INDEX invitation_workspace ON invitation (workspace_id);

CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expires_at ON session (expires_at);

CREATE TABLE import_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    -- what was asked and of which file: a run with the same identity continues
    identity TEXT NOT NULL,
    -- how far the file is staged, JSON
    progress TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX import_run_workspace_id_identity ON import_run (workspace_id, identity);

CREATE TABLE channel (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    telegram_id BIGINT,
    username TEXT,
    -- the username in lower case as the program folds it: the databases fold letters beyond ASCII differently
    username_folded TEXT,
    title TEXT NOT NULL,
    zone TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    -- set while the rows under this key are an import's staging area: the channel is not visible
    import_run_id BIGINT REFERENCES import_run (id),
    -- set while the channel is being deleted in batches: the channel is not visible
    deleted_at BIGINT
);
CREATE UNIQUE INDEX channel_workspace_id_telegram_id ON channel (workspace_id, telegram_id);
CREATE UNIQUE INDEX channel_workspace_id_username_folded ON channel (workspace_id, username_folded);

-- Which channel the rows staged under a key are for.
CREATE TABLE import_stage (
    import_run_id BIGINT NOT NULL REFERENCES import_run (id),
    -- as the file names it
    name TEXT NOT NULL,
    channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    -- smallest and largest post staged; outside of them nothing is staged yet
    first_post_id BIGINT,
    last_post_id BIGINT,
    PRIMARY KEY (import_run_id, name)
) WITHOUT ROWID;
CREATE INDEX import_stage_channel ON import_stage (channel_id);

-- Changes with every write of facts; totals are kept by the same writers.
CREATE TABLE data_version (
    channel_id BIGINT NOT NULL PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- newest snapshot of the channel
    as_of BIGINT,
    posts BIGINT NOT NULL,
    snapshots BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE outbox_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX outbox_event_at ON outbox_event (at);

CREATE TABLE post (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    post_id BIGINT NOT NULL,
    date_utc BIGINT NOT NULL,
    -- newest known counts, and when the newest snapshot was taken
    views BIGINT,
    forwards BIGINT,
    reactions BIGINT,
    replies BIGINT,
    counted_at BIGINT,
    media_type TEXT,
    album_size BIGINT,
    forwarded BOOLEAN,
    source TEXT NOT NULL,
    text_chars BIGINT NOT NULL,
    -- lower case, without #, parted by spaces
    hashtags TEXT,
    text TEXT,
    PRIMARY KEY (channel_id, post_id)
) WITHOUT ROWID;
CREATE INDEX post_date ON post (channel_id, date_utc, post_id);

-- All snapshots of a post in one column (docs/adr/0008-packed-snapshots.md).
CREATE TABLE snapshot_series (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    post_id BIGINT NOT NULL,
    snapshots BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    series BLOB NOT NULL,
    PRIMARY KEY (channel_id, post_id)
) WITHOUT ROWID;

CREATE TABLE channel_daily (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    day TEXT NOT NULL,
    subscribers BIGINT,
    joined BIGINT,
    "left" BIGINT,
    notifications_on BIGINT,
    source TEXT NOT NULL,
    PRIMARY KEY (channel_id, day)
) WITHOUT ROWID;

CREATE TABLE channel_source_daily (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    day TEXT NOT NULL,
    origin TEXT NOT NULL,
    views BIGINT,
    source TEXT NOT NULL,
    PRIMARY KEY (channel_id, day, origin)
) WITHOUT ROWID;

-- What stays of a UTC day when its snapshots are trimmed.
CREATE TABLE channel_daily_summary (
    channel_id BIGINT NOT NULL REFERENCES channel (id),
    day TEXT NOT NULL,
    -- posts and snapshots trimmed, and the views gained from each of these snapshots to the next of its post
    posts BIGINT NOT NULL,
    snapshots BIGINT NOT NULL,
    views_gained BIGINT NOT NULL,
    PRIMARY KEY (channel_id, day)
) WITHOUT ROWID;

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedup_key TEXT,
    -- waiting, running or failed; a finished job leaves no row
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    worker TEXT,
    leased_until BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    failed_at BIGINT
);
CREATE UNIQUE INDEX job_dedup_key ON job (dedup_key) WHERE state = 'waiting';
CREATE INDEX job_run_at ON job (state, run_at, id);

CREATE TABLE schedule (
    name TEXT NOT NULL PRIMARY KEY,
    every_s BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    last_at BIGINT
) WITHOUT ROWID;

CREATE TABLE audit_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    person_id BIGINT REFERENCES person (id) ON DELETE SET NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX audit_entry_workspace ON audit_entry (workspace_id, id);

CREATE TABLE setting (
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, key)
) WITHOUT ROWID;
