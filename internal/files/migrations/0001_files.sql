-- +goose Up
CREATE TABLE files_file (
  hash     TEXT   PRIMARY KEY, -- SHA-256 of what is on disk, in hex
  size     BIGINT NOT NULL,
  type     TEXT   NOT NULL,    -- by content, never by name
  first_at BIGINT NOT NULL
);
