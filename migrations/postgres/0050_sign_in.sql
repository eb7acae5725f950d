-- How often data signed by Telegram was exchanged for a session, while it is young enough to be.
CREATE TABLE sign_in_use (
    hash TEXT NOT NULL PRIMARY KEY,
    uses BIGINT NOT NULL,
    good_until BIGINT NOT NULL
);
CREATE INDEX sign_in_use_good_until ON sign_in_use (good_until);
