-- +goose Up

-- A board counts the duties that began in a period: all by which it counts stands in one index.
ALTER TABLE casework_duty ADD COLUMN openness INTEGER NOT NULL DEFAULT 0;
UPDATE casework_duty SET openness = (SELECT c.openness FROM casework_case c WHERE c.id = casework_duty.case_id);
DROP INDEX casework_duty_begun;
CREATE INDEX casework_duty_begun ON casework_duty (start_at, openness, holder, status, outstanding, at);

-- Of a case that only those see who have a part in it: its procedure. Whoever has few parts finds their cases by them, not among all of the
-- procedure.
ALTER TABLE casework_part ADD COLUMN circle TEXT NOT NULL DEFAULT '';
UPDATE casework_part SET circle = (SELECT c.procedure FROM casework_case c WHERE c.id = casework_part.case_id)
  WHERE case_id IN (SELECT id FROM casework_case WHERE openness = 0);
CREATE INDEX casework_part_circle ON casework_part (circle, member, case_id) WHERE circle <> '';
