package app

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/casework"
	"huying/internal/identity"
	"huying/internal/store"
)

// folderOf is a copy of the real pack that a test may change while a server runs on it.
func folderOf(t *testing.T) fstest.MapFS { return folderAt(t, packDir) }

func folderAt(t *testing.T, at string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	dir := os.DirFS(at)
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		all[name] = &fstest.MapFile{Data: data, Mode: 0o640}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// change replaces something in a file of the folder.
func change(t *testing.T, folder fstest.MapFS, file, from, to string) {
	t.Helper()
	text := string(folder[file].Data)
	if !strings.Contains(text, from) {
		t.Fatalf("%s has no %q", file, from)
	}
	folder[file] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, from, to)), Mode: 0o640}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(print|seen)" value="([^"]*)"`)

// loadForm is the form that loads the folder as the page has it.
func loadForm(page string) url.Values {
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

const whistles = "whistle"

// blow opens a whistle in Jinfeng.
func blow(t *testing.T, a *App) *casework.Case {
	t.Helper()
	form := casework.Data{"title": "路灯不亮", "category": "road", "place": "jinfeng", "description": "东门路灯三天不亮"}
	done, err := a.cases.Open(ctx, casework.Asker{Actor: officer(a.places.Now(), "jinfeng")}, whistles, casework.OpenCase{Form: form, Channel: "web"})
	if err != nil {
		t.Fatal(a.texts.Error("en", err))
	}
	return done.Case
}

// TestThePackIsLoadedWithoutARestart: the administrator sees what is wrong, what would change, and loads it; open cases stay as they are until
// they are moved; whoever looked at another folder, or at what no longer holds, looks again.
func TestThePackIsLoadedWithoutARestart(t *testing.T) {
	a := demonstration(t)
	folder := folderOf(t)
	a.cfg.Pack = folder
	base := serve(t, a)
	admin := visit(t, base, adminLogin(t, a))
	c := blow(t, a)

	if status, page := admin.get("/pack"); status != 200 || !strings.Contains(page, "文件夹与运行的版本相同") {
		t.Fatalf("%d: the folder that runs differs", status)
	}
	change(t, folder, "procedures/whistle.yaml", "3 working days", "many working days")
	if status, page := admin.get("/pack"); status != 200 || !regexp.MustCompile(`procedures/whistle.yaml:\d+</code>`).MatchString(page) ||
		!strings.Contains(page, "many working days") || strings.Contains(page, "/pack/load") {
		t.Fatalf("%d: a finding is not shown with its place, or the folder can be loaded all the same:\n%s", status, page)
	}
	change(t, folder, "procedures/whistle.yaml", "many working days", "5 working days")
	change(t, folder, "roles.yaml", "roles:", "roles:\n  - {key: lamp.keeper, name: {zh: 路灯员, en: Lamp keeper}}")
	_, page := admin.get("/pack")
	form := loadForm(page)
	if !strings.Contains(page, "有改动") || form.Get("print") == "" {
		t.Fatal("the change is not shown")
	}
	change(t, folder, "procedures/whistle.yaml", "5 working days", "6 working days")
	if status, _ := admin.do("POST", "/pack/load", form); status != http.StatusConflict {
		t.Errorf("a folder that nobody looked at was loaded: %d", status)
	}
	_, page = admin.get("/pack")
	form = loadForm(page)
	if status, page := admin.do("POST", "/pack/load", form); status != http.StatusSeeOther || page != "/pack" {
		t.Fatalf("%d %s", status, page)
	}
	if status, _ := admin.do("POST", "/pack/load", form); status != http.StatusConflict {
		t.Errorf("what holds is another, and it was loaded: %d", status)
	}
	after := blow(t, a)
	all, err := Diff(ctx, a.cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all.Procedures {
		if older := d.Older(); !d.Same() || d.Name == whistles && (older == 0 || older >= d.Open) {
			t.Errorf("%s: %d of %d open cases follow another version", d.Name, older, d.Open)
		}
	}
	if still := lookUp(t, a, c.Number); still.Hash != c.Hash || after.Hash == c.Hash {
		t.Errorf("the open case follows %s, the new one %s, before it was %s", still.Hash, after.Hash, c.Hash)
	}
	if err := a.look(ctx); err != nil || a.texts.T("en", "identity.role.lamp.keeper") != "Lamp keeper" {
		t.Errorf("the new role is called %q: %v", a.texts.T("en", "identity.role.lamp.keeper"), err)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM identity_audit WHERE what = 'mechanism.loaded'"); n != 1 {
		t.Errorf("%d lines on record", n)
	}

	if status, _ := admin.do("POST", "/pack/move", url.Values{"procedure": {whistles}}); status != http.StatusUnprocessableEntity {
		t.Errorf("moved without a reason: %d", status)
	}
	if status, _ := admin.do("POST", "/pack/move", url.Values{"procedure": {whistles}, "reason": {"新规定"}}); status != http.StatusSeeOther {
		t.Errorf("not moved: %d", status)
	}
	if err := a.queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if moved := lookUp(t, a, c.Number); moved.Hash != after.Hash || len(moved.Duties) != len(c.Duties) || !moved.Duties[0].Start.Equal(c.Duties[0].Start) {
		t.Errorf("%s follows %s and owes %+v", moved.Number, moved.Hash, moved.Duties)
	}
}

// TestTheDayOfADemonstrationTakesARestart: the page and the command say so, and loading does not hide it.
func TestTheDayOfADemonstrationTakesARestart(t *testing.T) {
	a := demonstration(t)
	folder := folderOf(t)
	a.cfg.Pack = folder
	admin := visit(t, serve(t, a), adminLogin(t, a))
	says := func(when string, want bool) {
		t.Helper()
		_, page := admin.get("/pack")
		c, err := Diff(ctx, a.cfg)
		if got := strings.Contains(page, "演示日期改了"); err != nil || got != want || (len(c.Restart) == 1) != want {
			t.Errorf("%s: the page says so: %v, the command: %+v %v", when, got, c.Restart, err)
		}
	}
	says("as it runs", false)
	change(t, folder, "pack.yaml", "date: 2021-11-19", "date: 2021-11-22")
	says("another day", true)
	_, page := admin.get("/pack")
	if status, to := admin.do("POST", "/pack/load", loadForm(page)); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, to)
	}
	says("when it was loaded", true)
	change(t, folder, "pack.yaml", "date: 2021-11-22", "date: 2021-11-19")
	says("as it was", false)
}

// adminLogin is the account of the demonstration that administers the program.
func adminLogin(t *testing.T, a *App) string {
	t.Helper()
	for _, x := range a.pack.Demonstration.Accounts {
		if identity.Role(x.Role) == identity.SysAdmin {
			return x.Login
		}
	}
	t.Fatal("nobody administers the demonstration")
	return ""
}

func lookUp(t *testing.T, a *App, number string) (c *casework.Case) {
	t.Helper()
	if err := a.db.Read(ctx, func(tx *store.Tx) (err error) { c, err = a.cases.ByNumber(ctx, tx, number); return err }); err != nil {
		t.Fatal(err)
	}
	return c
}
