-- +goose Up
CREATE TABLE identity_role (
  key  TEXT   PRIMARY KEY, -- of a role that the district's pack adds
  zh   TEXT   NOT NULL,
  en   TEXT   NOT NULL,
  rank BIGINT NOT NULL
);
