-- +goose Up

-- What is open in the order in which it falls due, with what lists are narrowed by. It stands for the index of open cases by state, too, which
-- nothing asks for any more.
DROP INDEX casework_case_open;
CREATE INDEX casework_case_open_due ON casework_case (COALESCE(due_at, 9223372036854775807), id, openness, lead_unit, place) WHERE closed_at IS NULL;
