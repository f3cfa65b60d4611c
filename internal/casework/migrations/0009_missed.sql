-- +goose Up

-- The scores of a year count what was missed: few of all duties.
CREATE INDEX casework_duty_missed ON casework_duty (name, at) WHERE status = 'missed';
