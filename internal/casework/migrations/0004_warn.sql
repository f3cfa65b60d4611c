-- +goose Up

-- When the owner of a duty is to be reminded that it is near its end; empty once they were, and for what is not to be reminded of.
ALTER TABLE casework_duty ADD COLUMN warn_at BIGINT;
CREATE INDEX casework_duty_warn ON casework_duty (warn_at) WHERE warn_at IS NOT NULL;
