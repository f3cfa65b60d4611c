-- +goose Up
CREATE TABLE jobs (
  id        IDENTITY,
  kind      TEXT   NOT NULL,
  key       TEXT   NOT NULL,
  payload   TEXT   NOT NULL,
  run_at    BIGINT NOT NULL,
  tries     BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  made_at   BIGINT NOT NULL,
  done_at   BIGINT,
  dead      BOOL NOT NULL DEFAULT FALSE,
  UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE done_at IS NULL AND NOT dead;
CREATE INDEX jobs_done ON jobs (done_at) WHERE done_at IS NOT NULL;
