CREATE TABLE credential_master_key (
    id          TEXT PRIMARY KEY NOT NULL,
    check_value BLOB NOT NULL,
    is_current  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX credential_master_key_current ON credential_master_key (is_current) WHERE is_current = 1;

CREATE TABLE credential (
    tenant              TEXT NOT NULL,
    id                  TEXT NOT NULL,
    name                TEXT NOT NULL,
    plugin_id           TEXT NOT NULL,
    plugin_digest       TEXT NOT NULL,
    settings_version    INTEGER NOT NULL,
    identity            TEXT,
    subject             TEXT,
    state               TEXT NOT NULL,
    generation          INTEGER NOT NULL,
    obtained_at         INTEGER,
    expires_at          INTEGER,
    access_fingerprint  TEXT,
    refresh_fingerprint TEXT,
    due_at              INTEGER,
    last_success        INTEGER,
    last_failure        TEXT,
    fence               INTEGER NOT NULL,
    lease_owner         TEXT,
    lease_until         INTEGER,
    intent              TEXT,
    intent_at           INTEGER,
    intent_fence        INTEGER,
    created_at          INTEGER NOT NULL,
    events              INTEGER NOT NULL,
    tokens_fence        INTEGER,
    key_id              TEXT NOT NULL REFERENCES credential_master_key (id),
    data_key            BLOB NOT NULL,
    settings            TEXT NOT NULL,
    access              BLOB,
    refresh             BLOB,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX credential_name ON credential (tenant, name);
CREATE INDEX credential_due ON credential (due_at, tenant, id) WHERE due_at IS NOT NULL;
CREATE INDEX credential_subject ON credential (tenant, plugin_id, subject) WHERE subject IS NOT NULL;
CREATE INDEX credential_key ON credential (key_id);

CREATE TABLE credential_event (
    tenant        TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    number        INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    generation    INTEGER NOT NULL,
    access        TEXT,
    refresh       TEXT,
    detail        TEXT,
    PRIMARY KEY (tenant, credential_id, number),
    FOREIGN KEY (tenant, credential_id) REFERENCES credential (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
