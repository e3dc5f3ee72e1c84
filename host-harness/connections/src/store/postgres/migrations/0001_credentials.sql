CREATE TABLE credential_master_key (
    id          TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    check_value BYTEA NOT NULL,
    is_current  BIGINT NOT NULL
);

CREATE UNIQUE INDEX credential_master_key_current ON credential_master_key (is_current) WHERE is_current = 1;

CREATE TABLE credential (
    tenant              TEXT COLLATE "C" NOT NULL,
    id                  TEXT COLLATE "C" NOT NULL,
    name                TEXT COLLATE "C" NOT NULL,
    plugin_id           TEXT COLLATE "C" NOT NULL,
    plugin_digest       TEXT COLLATE "C" NOT NULL,
    settings_version    BIGINT NOT NULL,
    identity            TEXT COLLATE "C",
    subject             TEXT COLLATE "C",
    state               TEXT COLLATE "C" NOT NULL,
    generation          BIGINT NOT NULL,
    obtained_at         BIGINT,
    expires_at          BIGINT,
    access_fingerprint  TEXT COLLATE "C",
    refresh_fingerprint TEXT COLLATE "C",
    due_at              BIGINT,
    last_success        BIGINT,
    last_failure        TEXT COLLATE "C",
    fence               BIGINT NOT NULL,
    lease_owner         TEXT COLLATE "C",
    lease_until         BIGINT,
    intent              TEXT COLLATE "C",
    intent_at           BIGINT,
    intent_fence        BIGINT,
    created_at          BIGINT NOT NULL,
    events              BIGINT NOT NULL,
    tokens_fence        BIGINT,
    key_id              TEXT COLLATE "C" NOT NULL REFERENCES credential_master_key (id),
    data_key            BYTEA NOT NULL,
    settings            TEXT COLLATE "C" NOT NULL,
    access              BYTEA,
    refresh             BYTEA,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX credential_name ON credential (tenant, name);
CREATE INDEX credential_due ON credential (due_at, tenant, id) WHERE due_at IS NOT NULL;
CREATE INDEX credential_subject ON credential (tenant, plugin_id, subject) WHERE subject IS NOT NULL;
CREATE INDEX credential_key ON credential (key_id);

CREATE TABLE credential_event (
    tenant        TEXT COLLATE "C" NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    number        BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    generation    BIGINT NOT NULL,
    access        TEXT COLLATE "C",
    refresh       TEXT COLLATE "C",
    detail        TEXT COLLATE "C",
    PRIMARY KEY (tenant, credential_id, number),
    FOREIGN KEY (tenant, credential_id) REFERENCES credential (tenant, id) ON DELETE CASCADE
);
