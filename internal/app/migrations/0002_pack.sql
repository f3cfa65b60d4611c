-- +goose Up
CREATE TABLE app_pack (             -- what of a pack holds beside places, roles, procedures and hours, only appended: the last line holds
  id        IDENTITY,
  content   TEXT   NOT NULL,        -- JSON
  loaded_by TEXT   NOT NULL,
  loaded_at BIGINT NOT NULL
);
