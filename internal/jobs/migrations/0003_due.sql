-- +goose Up

-- The order in which jobs are taken, whole: without the id PostgreSQL sorts all that wait, for each that it takes.
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE done_at IS NULL AND NOT dead;
