package casework

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// The rule for one case and the condition for lists are two texts of one law.
func TestWhatIsListedIsWhatIsSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for i := range 24 {
			place, unit := "jinfeng", "jinfeng-office"
			if i%3 == 1 {
				place, unit = "xiazha", "xiazha-office"
			}
			c := o.open(holder(int64(20+i%4), "community.officer", unit, place), "place", place,
				"category", []string{"road", "noise", "fire", "water"}[i%4], "joint", []any{"ecology"})
			lead := c.Parties["lead"][0]
			key, _ := lead.Unit()
			if i%5 == 0 {
				o.do(holder(2, identity.Clerk, key, ""), c.Number, Do{Action: "decline", Input: Data{"reason": "不属"}})
			}
			if i%5 == 1 {
				o.do(holder(2, identity.Clerk, key, ""), c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
			}
		}
		setOpenness(o)
		rapid.Check(t, func(rt *rapid.T) { sameForListAndCase(rt, o) })
	}, schemas...)
}

// setOpenness spreads the rows over everything that a procedure may say of the public, as if they were of four procedures.
func setOpenness(o *office) {
	base := o.library.byHash
	for i, vis := range []Visible{{Public: Hidden}, {Public: Summary}, {Public: Full}, {Public: Hidden, Circle: []string{"joint", "clerk"}}} {
		p := *procedureOf(o.t, "whistle")
		p.Visible, p.Hash = vis, fmt.Sprintf("%064d", i)
		if i < 2 { // and as if the joint units read it only later
			p.States[0].Value.UnseenBy = []string{"joint"}
		}
		base[p.Hash] = &p
		o.write(func(tx *store.Tx) error {
			cases, err := store.All(o.ctx, tx, func(c *Case) []any { return []any{store.AsJSON(c)} }, "SELECT doc FROM casework_doc WHERE case_id % 4 = $1", i)
			for j := range cases {
				c := &cases[j]
				c.Hash = p.Hash
				if _, err := tx.Exec(o.ctx, "DELETE FROM casework_part WHERE case_id = $1", c.ID); err != nil {
					return err
				}
				if err := saveParts(o.ctx, tx, nil, &p, o.Trees(), nil, c); err != nil {
					return err
				}
				if err := o.save(o.ctx, tx, &p, c, c, c.Entered); err != nil {
					return err
				}
			}
			return err
		})
	}
}

func sameForListAndCase(rt *rapid.T, o *office) {
	a := &identity.Actor{ID: rapid.Int64Range(19, 25).Draw(rt, "person")}
	units := []string{"", "committee", "construction", "governance", "ecology", "tangjiawan", "jinfeng-office", "emergency"}
	roles := []identity.Role{identity.Supervisor, identity.Leader, identity.Head, identity.Clerk, "community.officer", "grid.worker", identity.SysAdmin}
	for range rapid.IntRange(0, 3).Draw(rt, "grants") {
		a.Grants = append(a.Grants, identity.Grant{Role: rapid.SampledFrom(roles).Draw(rt, "role"), Unit: rapid.SampledFrom(units).Draw(rt, "unit"),
			Place: rapid.SampledFrom([]string{"", "zone", "town", "jinfeng", "xiazha"}).Draw(rt, "place")})
	}
	v := o.ViewerOf(a, "")
	mine := rapid.Bool().Draw(rt, "mine")
	var listed, seen []string
	err := o.DB.Read(o.ctx, func(tx *store.Tx) error {
		rows, total, err := o.List(o.ctx, tx, v, Filter{Mine: mine, Limit: 100})
		if total != len(rows) {
			rt.Errorf("%d rows of %d", len(rows), total)
		}
		for _, r := range rows {
			listed = append(listed, r.Number)
			if r.Sight == Nothing {
				rt.Errorf("%s is listed and not seen", r.Number)
			}
		}
		cases, err2 := store.All(o.ctx, tx, func(c *Case) []any { return []any{store.AsJSON(c)} }, "SELECT doc FROM casework_doc ORDER BY case_id DESC")
		for i := range cases {
			c := &cases[i]
			p := o.library.byHash[c.Hash]
			if !mine && v.Sees(p, c) != Nothing || mine && v.hasPart(p.readers(c, v.trees), c.Place) {
				seen = append(seen, c.Number)
			}
		}
		if err == nil {
			err = err2
		}
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
	if !slices.Equal(listed, seen) {
		rt.Errorf("listed %v\nseen   %v", listed, seen)
	}
}
