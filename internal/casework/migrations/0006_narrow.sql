-- +goose Up

-- The fold of a case's records, apart from the columns by which lists are made: a list reads many rows and few of these.
CREATE TABLE casework_doc (
  case_id ROWKEY NOT NULL REFERENCES casework_case(id),
  doc     TEXT   NOT NULL
);
INSERT INTO casework_doc (case_id, doc) SELECT id, doc FROM casework_case ORDER BY id;
ALTER TABLE casework_case DROP COLUMN doc;

-- The order in which what is to be done falls due; what has no time comes last. Beside it stands by what is judged who sees a case, so that those
-- whom somebody may not see are passed over without being read.
CREATE INDEX casework_case_due ON casework_case (COALESCE(due_at, 9223372036854775807), id);
CREATE INDEX casework_case_procedure_due ON casework_case (procedure, COALESCE(due_at, 9223372036854775807), id, openness, lead_unit, place)
  WHERE closed_at IS NULL;
DROP INDEX casework_part_case;
CREATE INDEX casework_part_case ON casework_part (case_id, member);

-- A desk shows the urgent first and then what is due first: of what is still to be done, whether its case is urgent.
ALTER TABLE casework_duty ADD COLUMN urgent BOOL NOT NULL DEFAULT FALSE;
UPDATE casework_duty SET urgent = TRUE WHERE outstanding AND case_id IN (SELECT id FROM casework_case WHERE urgent);
DROP INDEX casework_duty_owed;
CREATE INDEX casework_duty_desk ON casework_duty (holder, urgent DESC, COALESCE(due_at, 9223372036854775807), case_id) WHERE outstanding;
