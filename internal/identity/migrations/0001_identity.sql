-- +goose Up
CREATE TABLE identity_account (
  id            IDENTITY,
  login         TEXT   NOT NULL UNIQUE, -- normalised: see NormalLogin
  name          TEXT   NOT NULL,
  unit          TEXT   NOT NULL,
  password      TEXT   NOT NULL,        -- PHC string
  must_change   BOOL   NOT NULL,
  version       BIGINT NOT NULL DEFAULT 1,
  created_at    BIGINT NOT NULL,
  password_at   BIGINT NOT NULL,
  signed_in_at  BIGINT,
  disabled_at   BIGINT
);

CREATE TABLE identity_grant (
  id         IDENTITY,
  person     BIGINT NOT NULL REFERENCES identity_account(id),
  role       TEXT   NOT NULL,
  unit       TEXT   NOT NULL,
  place      TEXT   NOT NULL,
  from_day   TEXT   NOT NULL,
  until_day  TEXT,
  note       TEXT   NOT NULL,
  granted_by TEXT   NOT NULL,
  granted_at BIGINT NOT NULL,
  revoked_by TEXT,
  revoked_at BIGINT
);
CREATE INDEX identity_grant_person ON identity_grant (person);

CREATE TABLE identity_session (
  token      TEXT   PRIMARY KEY,        -- SHA-256 of the cookie's, in hex
  person     BIGINT REFERENCES identity_account(id),
  data       BYTES  NOT NULL,
  address    TEXT   NOT NULL,
  agent      TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at   BIGINT                     -- kept until it would have expired, so that a late request does not bring it back
);
CREATE INDEX identity_session_person ON identity_session (person);
CREATE INDEX identity_session_expires ON identity_session (expires_at);

CREATE TABLE identity_throttle (
  key      TEXT   PRIMARY KEY,          -- SHA-256 of what is throttled, in hex
  failures BIGINT NOT NULL,
  last_at  BIGINT NOT NULL,
  until_at BIGINT NOT NULL
);
CREATE INDEX identity_throttle_last ON identity_throttle (last_at);

CREATE TABLE identity_known (           -- from where a person has signed in before
  person  BIGINT NOT NULL REFERENCES identity_account(id),
  address TEXT   NOT NULL,              -- SHA-256, in hex
  last_at BIGINT NOT NULL,
  PRIMARY KEY (person, address)
);

CREATE TABLE identity_audit (
  seq     BIGINT PRIMARY KEY,           -- 1, 2, 3 … without a gap
  at      BIGINT NOT NULL,
  person  BIGINT,                       -- who; NULL is the console, or nobody who is known
  login   TEXT   NOT NULL,
  what    TEXT   NOT NULL,
  object  TEXT   NOT NULL,
  detail  TEXT   NOT NULL,              -- JSON, as it was hashed
  address TEXT   NOT NULL,
  hash    TEXT   NOT NULL               -- SHA-256 over the hash of the line before and this line
);
CREATE INDEX identity_audit_at ON identity_audit (at);
CREATE INDEX identity_audit_person ON identity_audit (person, seq);
CREATE INDEX identity_audit_object ON identity_audit (object, seq);

CREATE TABLE identity_audit_head (      -- the last line: what is appended next follows it
  one  BIGINT PRIMARY KEY,
  seq  BIGINT NOT NULL,
  hash TEXT   NOT NULL
);
INSERT INTO identity_audit_head (one, seq, hash) VALUES (1, 0, '');
