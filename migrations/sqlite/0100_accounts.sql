-- Accounts of Telegram that read channels for a workspace. Their sessions are sealed with a key of the configuration.
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BIGINT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    -- Telegram's
    telegram_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- masked
    phone TEXT,
    session BLOB NOT NULL,
    -- active, waiting, stopped, signed_out or banned
    state TEXT NOT NULL,
    -- why, when it is not active
    reason TEXT,
    -- answered calls among the last ones, 0 to 100
    health BIGINT NOT NULL,
    -- when a waiting account is tried again
    retry_at BIGINT,
    -- the process that uses the session; nobody else may until leased_until: Telegram voids a key in two places
    holder TEXT,
    leased_until BIGINT,
    created_at BIGINT NOT NULL,
    -- the last answered call
    answered_at BIGINT
);
CREATE UNIQUE INDEX account_telegram_id ON account (workspace_id, telegram_id);

-- What sessions were used for, by the hour: for the owner to read.
CREATE TABLE account_call (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- the beginning of the hour
    hour BIGINT NOT NULL,
    method TEXT NOT NULL,
    -- answered, or the kind of failure
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    -- seconds that Telegram has asked to wait, in all
    waits_s BIGINT NOT NULL,
    PRIMARY KEY (account_id, hour, method, outcome)
);

-- How many calls an account has left, by method; '*' stands for all of them together.
CREATE TABLE account_budget (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    calls DOUBLE PRECISION NOT NULL,
    -- when there were so many
    at BIGINT NOT NULL,
    -- until when Telegram has asked to wait
    closed_until BIGINT,
    PRIMARY KEY (account_id, method)
);
