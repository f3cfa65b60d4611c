-- +goose Up
CREATE TABLE app_step (
  name    TEXT   NOT NULL PRIMARY KEY,
  value   TEXT   NOT NULL,
  done_at BIGINT NOT NULL
);
