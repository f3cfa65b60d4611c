package casework

import (
	"context"

	"huying/internal/store"
)

// Rebuild writes anew what is kept of a case beside its history: its row, its duties and who has a part in it, as they follow from the records.
// The history is not touched. It is for a projection that was found to differ; of a case that is sound it changes nothing.
func (s *Service) Rebuild(ctx context.Context, tx *store.Tx, id int64) error {
	if err := tx.Scan(ctx, "SELECT id FROM casework_case WHERE id = $1"+tx.ForUpdate(), []any{id}, &id); err != nil {
		return err
	}
	history, err := s.Records(ctx, tx, id)
	if err != nil {
		return err
	}
	versions, err := s.versionsIn(ctx, tx, history)
	if err != nil {
		return err
	}
	c, err := Fold(func(hash string) *Procedure { return versions[hash] }, id, history)
	if err != nil {
		return err
	}
	for _, table := range []string{"casework_duty", "casework_approver", "casework_part"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE case_id = $1", id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "INSERT INTO casework_doc (case_id, doc) VALUES ($1, '') ON CONFLICT DO NOTHING", id); err != nil {
		return err
	}
	p := versions[c.Hash]
	if _, err := tx.Exec(ctx, `UPDATE casework_case SET number = $2, procedure = $3, title = $4, category = $5, place = $6, simulated = $7, repeats = $8,
		opened_at = $9 WHERE id = $1`, id, c.Number, c.Procedure, c.Title, c.Category, c.Place, c.Simulated, p.repeats(c.Form), micros(c.OpenedAt)); err != nil {
		return err
	}
	if err := saveRow(ctx, tx, p, c, history[len(history)-1].At, false); err != nil {
		return err
	}
	if err := saveDuties(ctx, tx, p, nil, c); err != nil {
		return err
	}
	if err := saveApprovers(ctx, tx, p, nil, c); err != nil {
		return err
	}
	return saveParts(ctx, tx, nil, p, s.Trees(), nil, c)
}

// versionsIn are the versions of procedures that a history names, by hash.
func (s *Service) versionsIn(ctx context.Context, tx *store.Tx, history []Record) (map[string]*Procedure, error) {
	all := map[string]*Procedure{}
	for _, r := range history {
		for _, e := range r.Events {
			hash := ""
			switch {
			case e.Opened != nil:
				hash = e.Opened.Hash
			case e.Moved != nil:
				hash = e.Moved.Hash
			}
			if hash == "" || all[hash] != nil {
				continue
			}
			p, err := s.version(ctx, tx, hash)
			if err != nil {
				return nil, err
			}
			all[hash] = p
		}
	}
	return all, nil
}
