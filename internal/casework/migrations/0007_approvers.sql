-- +goose Up

-- Whose approval cases wait for: several things may wait in one, each for another's. What waits stands in the case itself.
CREATE TABLE casework_approver (
  approver TEXT   NOT NULL,
  case_id  BIGINT NOT NULL REFERENCES casework_case(id),
  PRIMARY KEY (approver, case_id)
);
CREATE INDEX casework_approver_case ON casework_approver (case_id);
INSERT INTO casework_approver (approver, case_id) SELECT approver, id FROM casework_case WHERE approver <> '';
DROP INDEX casework_case_approver;
ALTER TABLE casework_case DROP COLUMN approver;
