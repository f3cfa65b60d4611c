package files

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

const killedDir = "HUYING_TEST_KILLED_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		dieBeforeCommit(dir)
	}
	storetest.Main(m)
}

var ctx = context.Background()

func fresh(t *testing.T) (*Store, *clock.Hand) {
	t.Helper()
	hand := clock.NewHand(storetest.Now)
	s, err := Open(filepath.Join(t.TempDir(), "files"), hand.Security())
	if err != nil {
		t.Fatal(err)
	}
	return s, hand
}

// onDisk are the files of a store, without its lock.
func onDisk(t *testing.T, s *Store) (names []string) {
	t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != ".lock" {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func put(db *store.DB, s *Store, r io.Reader, allowed ...Type) (f File, err error) {
	err = db.Write(ctx, func(tx *store.Tx) (err error) {
		f, err = s.Put(ctx, tx, r, 1<<20, allowed...)
		return err
	})
	return f, err
}

func TestAFileIsKeptOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, _ := fresh(t)
		text := "《报告》𠮷\r\nGDP 增长 8%\n"
		f, err := put(db, s, strings.NewReader(text), Text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := put(db, s, iotest.OneByteReader(strings.NewReader(text)), Documents...)
		if err != nil || again != f || !f.FirstAt.Equal(storetest.Now) || f.Size != int64(len(text)) || f.Type != Text {
			t.Errorf("%+v, then %+v, %v", f, again, err)
		}
		if got := onDisk(t, s); len(got) != 1 || got[0] != f.Hash {
			t.Errorf("on disk: %v", got)
		}
		r, err := s.Open(f.Hash)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil || string(data) != text {
			t.Errorf("came out as %q, %v", data, err)
		}
		for _, hash := range []string{strings.Repeat("0", 64), "", "../../etc/passwd", strings.ToUpper(f.Hash), f.Hash + "0"} {
			if _, err := s.Open(hash); !errs.Is(err, errs.NotFound) {
				t.Errorf("open %q: %v", hash, err)
			}
		}
		err = db.Read(ctx, func(tx *store.Tx) error { _, err := s.Stat(ctx, tx, "nothing"); return err })
		if all := errs.All(err); len(all) != 1 || all[0].Key != "files.no_file" {
			t.Errorf("no such row: %v", err)
		}
	}, Schema)
}

func TestManyGiveTheSameAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, _ := fresh(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for i := range 5 {
					if _, err := put(db, s, strings.NewReader(fmt.Sprintf("文字 %d", i)), Text); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got := onDisk(t, s); len(got) != 5 {
			t.Errorf("on disk: %v", got)
		}
	}, Schema)
}

// packed is a zip with parts of the given names, a large one first.
func packed(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.Create(n)
		if err == nil {
			_, err = w.Write([]byte("<x/>"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestATypeIsOfTheContent(t *testing.T) {
	s, _ := fresh(t)
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600)
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	for _, tt := range []struct {
		name    string
		in      []byte
		allowed []Type
		want    Type
		key     string
	}{
		{"a photograph", aJPEG(t), Evidence, JPEG, ""},
		{"a screenshot", aPNG(t), Evidence, PNG, ""},
		{"a text in UTF-8", []byte("一、工作回顾"), Documents, Text, ""},
		{"a text in GB18030", []byte("\xd2\xbb\xa1\xa2\xb9\xa4\xd7\xf7\xbb\xd8\xb9\xcb"), Documents, Text, ""},
		{"a text in UTF-16", []byte("\xff\xfe\x00\x4e\x01\x30"), Documents, Text, ""},
		{"a page, where texts are taken", []byte("<!DOCTYPE html><script>alert(1)</script>"), Documents, Text, ""},
		{"a table", []byte("a,b\n1,2\n3,4\n"), Evidence, Text, ""},
		{"a PDF", []byte("%PDF-1.7\n1 0 obj\n"), Evidence, PDF, ""},
		{"a document of a word processor", packed(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"), Evidence, Word, ""},
		{"a workbook", packed(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), Evidence, Excel, ""},
		{"a workbook, where documents are taken", packed(t, "[Content_Types].xml", "xl/workbook.xml"), Documents, "", "files.type_refused"},
		{"an archive of anything", packed(t, "a.exe"), Evidence, "", "files.type_refused"},
		{"a program", []byte("MZ\x90\x00" + strings.Repeat("\x00", 200)), Evidence, "", "files.type_refused"},
		{"a picture that is a page", []byte("<html><body>"), Pictures, "", "files.type_refused"},
		{"a photograph of a telephone", []byte(heic), Evidence, "", "files.heic_refused"},
		{"an old document", []byte(ole), Evidence, "", "files.old_office_refused"},
		{"noise", []byte("\x00\x01\x02\x03\x90\x91\x92"), Evidence, "", "files.type_unknown"},
		{"half a photograph", aJPEG(t)[:300], Evidence, "", "files.broken_picture"},
		{"nothing", nil, Evidence, "", "files.empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(onDisk(t, s))
			f, err := s.Receive(bytes.NewReader(tt.in), 1<<20, tt.allowed...)
			if tt.key == "" {
				if err != nil || f.Type != tt.want {
					t.Errorf("%+v, %v", f, err)
				}
				return
			}
			if all := errs.All(err); len(all) != 1 || all[0].Key != tt.key || all[0].Kind != errs.Invalid {
				t.Errorf("%v, want %s", err, tt.key)
			}
			if n := len(onDisk(t, s)); n != before {
				t.Errorf("%d files stayed", n-before)
			}
		})
	}
}

func TestWhatIsRefusedLeavesNothing(t *testing.T) {
	s, _ := fresh(t)
	if _, err := s.Receive(strings.NewReader("12345"), 4, Text); !errs.Is(err, errs.TooLarge) {
		t.Errorf("five bytes of four: %v", err)
	}
	if _, err := s.Receive(strings.NewReader("1234"), 4, Text); err != nil {
		t.Errorf("four bytes of four: %v", err)
	}
	gone := errors.New("the sender went away")
	if _, err := s.Receive(io.MultiReader(strings.NewReader("123"), iotest.ErrReader(gone)), 99, Text); !errors.Is(err, gone) {
		t.Errorf("a sender that breaks off: %v", err)
	}
	if got := onDisk(t, s); len(got) != 1 {
		t.Errorf("on disk: %v", got)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "tmp")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Receive(strings.NewReader("x"), 4, Text); !errs.Is(err, errs.Unavailable) {
		t.Errorf("no place to store: %v", err)
	}
}

func TestAPhotographIsStoredWithoutItsExif(t *testing.T) {
	db := storetest.SQLite(t, Schema)
	s, _ := fresh(t)
	f, err := put(db, s, bytes.NewReader(between(aJPEG(t), segment(mCOM, secret))), Pictures...)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := put(db, s, bytes.NewReader(aJPEG(t)), Pictures...)
	if err != nil || plain.Hash != f.Hash {
		t.Errorf("the same picture without its comment: %+v and %+v, %v", f, plain, err)
	}
	data, err := os.ReadFile(s.path(f.Hash))
	if err != nil || int64(len(data)) != f.Size || bytes.Contains(data, []byte(secret)) {
		t.Errorf("%d bytes of %d on disk, %v", len(data), f.Size, err)
	}
}

func TestSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, hand := fresh(t)
		kept, err := put(db, s, strings.NewReader("kept"), Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"orphan", "given again"} {
			if _, err := s.Receive(strings.NewReader(text), 99, Text); err != nil {
				t.Fatal(err)
			}
		}
		upload := filepath.Join(s.dir, "tmp", "in-1")
		foreign := filepath.Join(s.dir, "README")
		for _, path := range []string{upload, foreign} {
			if err := errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Chtimes(path, storetest.Now, storetest.Now)); err != nil {
				t.Fatal(err)
			}
		}
		hand.Advance(23 * time.Hour)
		sweep(t, s, db, 0)
		if _, err := s.Receive(strings.NewReader("given again"), 99, Text); err != nil {
			t.Fatal(err)
		}
		hand.Advance(2 * time.Hour)
		sweep(t, s, db, 2)
		if got := onDisk(t, s); len(got) != 3 || !slices.Contains(got, kept.Hash) || !slices.Contains(got, "README") {
			t.Errorf("on disk: %v", got)
		}
		hand.Advance(24 * time.Hour)
		sweep(t, s, db, 1)
	}, Schema)
}

func sweep(t *testing.T, s *Store, db *store.DB, want int) {
	t.Helper()
	if n, err := s.Sweep(ctx, db); err != nil || n != want {
		t.Errorf("%d were swept away, want %d, %v", n, want, err)
	}
}

// dieBeforeCommit is the process of TestKilledBetweenFileAndRow: it puts a file and dies.
func dieBeforeCommit(dir string) {
	hand := clock.NewHand(storetest.Now)
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "test.db"), hand.Business())
	if err == nil {
		err = db.Migrate(ctx, Schema)
	}
	if err != nil {
		panic(err)
	}
	s, err := Open(filepath.Join(dir, "files"), hand.Security())
	if err != nil {
		panic(err)
	}
	panic(db.Write(ctx, func(tx *store.Tx) error {
		if _, err := s.Put(ctx, tx, strings.NewReader("never recorded"), 99, Text); err != nil {
			return err
		}
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}))
}

func TestKilledBetweenFileAndRow(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), killedDir+"="+dir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed: %v\n%s", err, out)
	}
	hand := clock.NewHand(storetest.Now)
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "test.db"), hand.Business())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := Open(filepath.Join(dir, "files"), hand.Security())
	if err != nil {
		t.Fatal(err)
	}
	names := onDisk(t, s)
	if len(names) != 1 {
		t.Fatalf("on disk: %v", names)
	}
	err = db.Read(ctx, func(tx *store.Tx) error { _, err := s.Stat(ctx, tx, names[0]); return err })
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("a row names it: %v", err)
	}
	sweep(t, s, db, 0)
	hand.Advance(25 * time.Hour)
	sweep(t, s, db, 1)
}

func TestWhatADownloadIsCalled(t *testing.T) {
	for _, tt := range []struct {
		in   string
		t    Type
		want string
	}{
		{"现场 照片𠮷.JPG", JPEG, "现场 照片𠮷.JPG"},
		{"photo.exe", JPEG, "photo.exe.jpg"},
		{"photo.html", PNG, "photo.html.png"},
		{"report", PDF, "report.pdf"},
		{"说明.txt", Text, "说明.txt"},
		{`C:\Users\a\b.docx`, Word, "b.docx"},
		{"../../etc/passwd", Text, "passwd"},
		{"evil\u202Egpj.exe", JPEG, "evilgpj.exe.jpg"},
		{"a\r\nSet-Cookie: x\".png", PNG, "aSet-Cookie_ x_.png"},
		{"", PNG, "file.png"},
		{"...", Text, "file"},
		{strings.Repeat("长", 300) + ".png", PNG, strings.Repeat("长", 120) + ".png"},
		{"\xff\xfe.png", PNG, "file.png"},
		{".htaccess", Text, "file.htaccess"},
	} {
		got := FileName(tt.in, tt.t)
		if got != tt.want {
			t.Errorf("%q is called %q, want %q", tt.in, got, tt.want)
		}
		kind, params, err := mime.ParseMediaType(Disposition(got))
		if err != nil || kind != "attachment" || params["filename"] != got {
			t.Errorf("%q: %s: %q, %v", got, Disposition(got), params["filename"], err)
		}
	}
	if got := Disposition(`吉𠮷 100%"x".png`); got != `attachment; filename="__ 100__x_.png"; filename*=UTF-8''%E5%90%89%F0%A0%AE%B7%20100%25%22x%22.png` {
		t.Error(got)
	}
}

func TestADownloadIsNeverShownAsAPage(t *testing.T) {
	h := http.Header{}
	File{Hash: "abc", Size: 7, Type: Text}.SetHeaders(h, "x.html")
	for key, want := range map[string]string{"Content-Type": "text/plain", "Content-Length": "7", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Etag": `"abc"`, "Content-Disposition": `attachment; filename="x.html"; filename*=UTF-8''x.html`} {
		if got := h.Get(key); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
}

func TestEveryRefusalHasItsWords(t *testing.T) {
	c, err := i18n.New(errs.Locales, Locales)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Keys(i18n.ZH), c.Keys(i18n.EN)) {
		t.Error("the languages have different keys")
	}
	err = refused("application/zip", false, Pictures)
	if got := c.Error(i18n.ZH, err); got != "文件内容是 application/zip，这里不接受。请上传：JPEG, PNG。" {
		t.Error(got)
	}
	if got := Accept(Pictures); got != "image/jpeg,.jpg,.jpeg,image/png,.png" {
		t.Error(got)
	}
}
