package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/casework/caseweb"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/pack"
	"huying/internal/promise"
	"huying/internal/store"
)

// CheckedPack is a pack that was found sound, with all that is read out of it.
type CheckedPack struct {
	*pack.Pack
	Records    int // of its report
	Procedures map[string]*casework.Procedure
	Drills     int

	report promise.Read
	peers  *orders.Peers // nil: it has none
}

// CheckPack reads the pack in fsys as the server does before it uses one, its report and its drills included. dir stands before the files in
// the findings.
func CheckPack(fsys fs.FS, dir string) (*CheckedPack, error) {
	p, err := pack.Load(fsys, dir)
	if err != nil {
		return nil, err
	}
	in, err := ReadReport(p, dir)
	if err != nil {
		return nil, err
	}
	procedures, err := ReadProcedures(p, dir, clock.DateOf(clock.Business{}.Now(), p.Location))
	if err != nil {
		return nil, err
	}
	peers, err := ReadPeers(p, dir)
	if err != nil {
		return nil, err
	}
	drills, err := ReadDrills(p, dir, procedures)
	return &CheckedPack{p, len(in.Claims), procedures, len(drills), in, peers}, err
}

// install makes a pack hold in the caller's transaction: its units and places, its roles, its procedures, its business hours, and what is held.
func (a *App) install(ctx context.Context, tx *store.Tx, p *pack.Pack, procedures map[string]*casework.Procedure, h held, by string) (l casework.Loaded, err error) {
	if _, err := a.cases.HoldLoad(ctx, tx); err != nil { // first, so that two who install wait and do not hold one another up
		return l, err
	}
	if err := applyTrees(ctx, tx, a.places, p, a.places.Today()); err != nil {
		return l, err
	}
	if err := a.ids.SetDistrictRoles(ctx, tx, districtRoles(p)); err != nil {
		return l, err
	}
	hours, err := hoursOf(p)
	if err != nil {
		return l, err
	}
	if _, err := a.calendar.SetHours(ctx, tx, hours.Hours); err != nil {
		return l, err
	}
	if err := a.hold(ctx, tx, h, by); err != nil {
		return l, err
	}
	return a.cases.Load(ctx, tx, procedures, by)
}

// load makes a pack hold that a server was not started with, in the caller's transaction. What takes a restart stays as it is.
func (a *App) load(ctx context.Context, tx *store.Tx, p *CheckedPack, by string) (l casework.Loaded, err error) {
	h := heldIn(p.Pack)
	_, before, err := lastHeld(ctx, tx)
	if err != nil {
		return l, err
	}
	if before.Zone != "" {
		h.Zone, h.Day = before.Zone, before.Day
	}
	return a.install(ctx, tx, p.Pack, p.Procedures, h, by)
}

// folder reads the pack's folder as it is now, for the page that shows and loads it.
func (a *App) folder(ctx context.Context) (*caseweb.Folder, error) {
	f := &caseweb.Folder{Name: a.cfg.PackName}
	var err error
	if f.Files, f.Print, err = listed(a.cfg.Pack); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "app.folder_unreadable", "folder", a.cfg.PackName)
	}
	p, err := CheckPack(a.cfg.Pack, a.cfg.PackName)
	if err == nil && p.Key != a.pack.Key {
		err = otherDistrict(a.pack.Key, p.Key).At(path.Join(a.cfg.PackName, "pack.yaml"))
	}
	if _, after, lerr := listed(a.cfg.Pack); err == nil && (lerr != nil || after != f.Print) {
		err = errs.New(errs.Conflict, "app.folder_moving").At(a.cfg.PackName)
	}
	if err != nil {
		if f.Found = errs.All(err); len(f.Found) == 0 {
			return nil, err
		}
		f.Blame()
		return f, nil
	}
	f.Procedures, f.Drills, f.Restart = p.Procedures, p.Drills, a.restart(p)
	if f.Changed, err = a.changed(ctx, p); err != nil {
		return nil, err
	}
	var report files.File
	f.Prepare = func() (err error) { report, err = a.receive(p.ReportText); return err }
	f.Install = func(ctx context.Context, tx *store.Tx, by string) (l casework.Loaded, err error) {
		if l, err = a.load(ctx, tx, p, by); err != nil {
			return l, err
		}
		return l, a.keepIn(ctx, tx, report, p.report, promise.Author{Name: p.Name.ZH}, andNothing)
	}
	return f, nil
}

// listed are the files of a pack, and a print that is another as soon as one of them is.
func listed(fsys fs.FS) (files []caseweb.FolderFile, print string, err error) {
	sum := sha256.New()
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(path.Base(name), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || len(files) > pack.MaxFiles {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%d %s %d\n", len(name), name, len(data)) // a hash never fails
		sum.Write(data)
		files = append(files, caseweb.FolderFile{Name: name, Size: len(data)})
		return nil
	})
	return files, hex.EncodeToString(sum.Sum(nil)), err
}

// nameRoles takes over what another server, or the page, made of the district's roles.
func (a *App) nameRoles(ctx context.Context) error {
	roles, err := a.ids.DistrictRoles(ctx)
	if err == nil && !slices.Equal(roles, a.roles) {
		a.roles = roles
		a.texts.Name(roleTexts(roles))
	}
	return err
}
