-- +goose Up

-- What was asked under a key: the same key with something else is another command, and a mistake.
ALTER TABLE casework_asked ADD COLUMN print TEXT NOT NULL DEFAULT '';

-- What happened lately, for those who watch.
CREATE INDEX casework_record_at ON casework_record (at);
