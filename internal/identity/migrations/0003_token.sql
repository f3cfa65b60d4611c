-- +goose Up

-- Tokens by which programs act for a person. Of the token itself only a hash is kept. until_at, used_at and revoked_at go by the machine's
-- clock.
CREATE TABLE identity_token (
  id         IDENTITY,
  person     BIGINT NOT NULL REFERENCES identity_account(id),
  hash       TEXT   NOT NULL UNIQUE, -- SHA-256 of the token, in hex
  hint       TEXT   NOT NULL,        -- its last characters, by which its owner tells it from others
  name       TEXT   NOT NULL,
  scopes     TEXT   NOT NULL,        -- separated by blanks
  made_at    BIGINT NOT NULL,
  until_at   BIGINT NOT NULL,
  used_at    BIGINT,
  revoked_at BIGINT
);
CREATE INDEX identity_token_person ON identity_token (person);
