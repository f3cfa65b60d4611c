-- +goose Up
CREATE INDEX jobs_dead ON jobs (kind, id) WHERE dead;
