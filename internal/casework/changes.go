package casework

import (
	"context"
	"slices"
	"time"

	"huying/internal/store"
)

// Moment is how far a case had come at some time.
type Moment struct {
	Case int64
	Seq  int
}

// mostMoments bounds how many cases one look tells of.
const mostMoments = 50_000

// Moments returns the cases to which something happened between two times, both included, each with its last record of that while.
func (s *Service) Moments(ctx context.Context, tx *store.Tx, from, until time.Time) ([]Moment, error) {
	return store.All(ctx, tx, func(m *Moment) []any { return []any{&m.Case, &m.Seq} }, `SELECT case_id, MAX(seq) FROM casework_record
		WHERE at >= $1 AND at <= $2 GROUP BY case_id ORDER BY case_id LIMIT $3`, micros(from), micros(until), mostMoments)
}

// Changed is a case to which something happened, for those who watch.
type Changed struct {
	Number  string
	Seq     int
	p       *Procedure
	c       *Case
	readers []string
}

// SeenBy reports whether a viewer may know of the case.
func (ch *Changed) SeenBy(v *Viewer) bool { return v.sees(ch.p, ch.c, ch.readers) > Nothing }

// HasPart reports whether a viewer has a part in the case.
func (ch *Changed) HasPart(v *Viewer) bool {
	return v.isCaller(ch.c) || v.hasPart(ch.readers, ch.c.Place)
}

// Changed returns cases as they are now.
func (s *Service) Changed(ctx context.Context, tx *store.Tx, ids []int64) (out []Changed, err error) {
	for some := range slices.Chunk(ids, mostRows) {
		q := query{"SELECT doc FROM casework_doc WHERE case_id IN " + marks(len(some)), asAny(some)}
		cases, err := many(ctx, tx, q.numbered(), q.args...)
		if err != nil {
			return nil, err
		}
		for i := range cases {
			c := &cases[i]
			p, err := s.version(ctx, tx, c.Hash)
			if err != nil {
				return nil, err
			}
			out = append(out, Changed{Number: c.Number, Seq: c.Seq, p: p, c: c, readers: p.readers(c, s.Trees())})
		}
	}
	return out, nil
}

// Sights returns how much a viewer sees of each of some cases.
func (s *Service) Sights(ctx context.Context, tx *store.Tx, v Viewer, ids []int64) (map[int64]Sight, error) {
	all, err := s.Changed(ctx, tx, ids)
	sights := map[int64]Sight{}
	for i := range all {
		sights[all[i].c.ID] = v.sees(all[i].p, all[i].c, all[i].readers)
	}
	return sights, err
}
