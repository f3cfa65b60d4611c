package app

import (
	"context"
	"errors"
	"slices"

	"huying/internal/casework"
	"huying/internal/casework/caseweb"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/store"
)

// changed names what of a pack, beside its procedures, is other than what holds: loading takes it up.
func (a *App) changed(ctx context.Context, p *CheckedPack) (keys []string, err error) {
	hours, err := hoursOf(p.Pack)
	if err != nil {
		return nil, err
	}
	roles, err := a.ids.DistrictRoles(ctx)
	if err != nil {
		return nil, err
	}
	now := heldIn(p.Pack)
	where, who := treesOf(p.Pack)
	var before held
	var ofPlaces, ofUnits int
	var kept bool
	err = a.db.Read(ctx, func(tx *store.Tx) (err error) {
		var id int64
		if id, before, err = lastHeld(ctx, tx); err != nil {
			return err
		}
		if id == 0 { // no server was started since the database learned to keep it
			before = now
		}
		if ofPlaces, ofUnits, err = places.Unapplied(ctx, tx, where, who); err != nil {
			return err
		}
		kept, err = isDone(ctx, tx, stepReport+files.HashOf(p.ReportText))
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		key  string
		same bool
	}{
		{"app.part_name", now.Name == before.Name},
		{"app.part_places", ofPlaces == 0},
		{"app.part_units", ofUnits == 0},
		{"app.part_roles", slices.Equal(roles, districtRoles(p.Pack))},
		{"app.part_hours", slices.Equal(hours.Hours, a.calendar.Calendar().Config().Hours)},
		{"app.part_hotline", now.Hotline == before.Hotline},
		{"app.part_supervision", now.Rules == before.Rules},
		{"app.part_scoring", now.Scoring == before.Scoring},
		{"app.part_peers", now.Peers == before.Peers},
		{ReportPart, kept},
	} {
		if !x.same {
			keys = append(keys, x.key)
		}
	}
	return keys, nil
}

// restart says what of a pack is other than this server was started with, and holds here only once it was started with it.
func (a *App) restart(p *CheckedPack) (parts []caseweb.Part) {
	if from, to := a.pack.Location.String(), p.Location.String(); from != to {
		parts = append(parts, caseweb.Part{Key: "app.restart_zone", Args: []any{"zone", to}})
	}
	if from, to := a.pack.Demonstration, p.Demonstration; a.demo && a.cfg.DemoDate.IsZero() && from != nil && (to == nil || from.Date.Date != to.Date.Date) {
		parts = append(parts, caseweb.Part{Key: "app.restart_demonstration"})
	}
	known, err := ReadPeers(a.pack, a.cfg.PackName)
	if err != nil {
		known = nil // it was read when the server started
	}
	for _, peer := range p.peers.Keys() {
		if _, linked := a.cfg.Peers[peer]; !linked && !slices.Contains(known.Keys(), peer) {
			parts = append(parts, caseweb.Part{Key: "app.restart_peer", Args: []any{"peer", peer}})
		}
	}
	return parts
}

// ReportPart is the message key of the work report, as Comparison.Changed has it.
const ReportPart = "app.part_report"

// Difference is one procedure as it runs and as a folder has it.
type Difference = casework.Difference

// Comparison is a folder against what runs on a database.
type Comparison struct {
	Procedures []Difference
	Changed    []string       // message keys of what has changed beside the procedures, and is loaded with them
	Restart    []caseweb.Part // what takes a restart of the servers
}

// Diff compares a folder with what runs on a database: what loading it would change, and what that would mean for the open cases. Nothing is
// changed. The server may go on meanwhile.
func Diff(ctx context.Context, cfg Config) (c Comparison, err error) {
	p, err := CheckPack(cfg.Pack, cfg.PackName)
	if err != nil {
		return c, err
	}
	a := &App{cfg: cfg}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.openBeside(ctx); err != nil {
		return c, err
	}
	return a.compare(ctx, p)
}

func (a *App) compare(ctx context.Context, p *CheckedPack) (c Comparison, err error) {
	if c.Changed, err = a.changed(ctx, p); err != nil {
		return c, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		if c.Procedures, err = a.cases.Compare(ctx, tx, p.Procedures); err != nil {
			return err
		}
		c.Restart, err = a.restartBeside(ctx, tx, p)
		return err
	})
	return c, err
}

// restartBeside says what takes a restart of the servers, as a command knows it: it does not know to which peers they are connected.
func (a *App) restartBeside(ctx context.Context, tx *store.Tx, p *CheckedPack) (parts []caseweb.Part, err error) {
	id, h, err := lastHeld(ctx, tx)
	if err != nil || id == 0 {
		return nil, err
	}
	if zone := p.Location.String(); zone != h.Zone {
		parts = append(parts, caseweb.Part{Key: "app.restart_zone", Args: []any{"zone", zone}})
	}
	if a.demo && heldIn(p.Pack).Day != h.Day {
		parts = append(parts, caseweb.Part{Key: "app.restart_demonstration"})
	}
	f, err := h.read(id)
	if err != nil {
		return nil, err
	}
	known := f.peers.Keys()
	for _, peer := range p.peers.Keys() {
		if !slices.Contains(known, peer) {
			parts = append(parts, caseweb.Part{Key: "app.restart_peer_each", Args: []any{"peer", peer}})
		}
	}
	return parts, nil
}

// LoadPack makes a folder hold on a database whose servers go on, with a line on record, and returns what differed before and what of the
// procedures is other than it was. The report is not kept by it: a server does that, from its page or when it starts. It returns the findings
// in the folder, and errs.Invalid for the pack of another district.
func LoadPack(ctx context.Context, cfg Config) (c Comparison, l casework.Loaded, err error) {
	cfg.fill()
	p, err := CheckPack(cfg.Pack, cfg.PackName)
	if err != nil {
		return c, l, err
	}
	a := &App{cfg: cfg}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.openBeside(ctx); err != nil {
		return c, l, err
	}
	a.places.Tell(jobs.New(a.db, cfg.Security))
	if c, err = a.compare(ctx, p); err != nil {
		return c, l, err
	}
	_, print, err := listed(cfg.Pack)
	if err != nil {
		return c, l, err
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		if err := sameDistrict(ctx, tx, p); err != nil {
			return err
		}
		if l, err = a.load(ctx, tx, p, identity.ConsoleLogin); err != nil {
			return err
		}
		return a.ids.Record(ctx, tx, identity.Console(), caseweb.PackLoaded, "pack", caseweb.LoadDetail(print, l, c.Changed))
	})
	return c, l, err
}

// sameDistrict holds that a pack is of the district that the database is of.
func sameDistrict(ctx context.Context, tx *store.Tx, p *CheckedPack) error {
	id, h, err := lastHeld(ctx, tx)
	if err == nil && id != 0 && h.Key != p.Key {
		err = otherDistrict(h.Key, p.Key)
	}
	return err
}

func otherDistrict(there, found string) *errs.Error {
	return errs.New(errs.Invalid, "app.pack_other_district", "there", there, "found", found)
}
