-- +goose Up

-- What is open, with what decides who sees it: who counts it reads nothing else of those that somebody may not see.
DROP INDEX casework_case_open;
CREATE INDEX casework_case_open ON casework_case (procedure, state, openness, lead_unit, place) WHERE closed_at IS NULL;
