package script

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// bin is the folder of the program under test.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "huying-script-")
	if err != nil {
		panic(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "huying"), "huying/cmd/huying")
	if out, err := build.CombinedOutput(); err != nil {
		os.Stderr.Write(out)
		os.RemoveAll(dir)
		os.Exit(1)
	}
	bin = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: ".",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("HUYING_LANG", "en")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "encode": encode, "docx": docx, "cut": cut, "bytes": hexBytes, "cell": cell,
		},
	})
}

// status N command args...: the command ends with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// encode gb18030|utf-16le FROM TO: the text of a file in another encoding.
func encode(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[1])
	var out []byte
	switch args[0] {
	case "gb18030":
		b, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		ts.Check(err)
		out = []byte(b)
	case "utf-16le":
		for _, u := range utf16.Encode([]rune(text)) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
	default:
		ts.Fatalf("no encoding %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), out, 0o600))
}

// docx FROM TO: a Word document of the lines of a text.
func docx(ts *testscript.TestScript, _ bool, args []string) {
	var body, file bytes.Buffer
	body.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		body.WriteString(`<w:p><w:r><w:t>`)
		ts.Check(xml.EscapeText(&body, []byte(strings.TrimSpace(line))))
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	body.WriteString(`</w:body></w:document>`)
	z := zip.NewWriter(&file)
	w, err := z.Create("word/document.xml")
	ts.Check(err)
	_, err = w.Write(body.Bytes())
	ts.Check(errors.Join(err, z.Close()))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), file.Bytes(), 0o600))
}

// cut N FROM TO: the first N bytes of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile(args[1])[:n]), 0o600))
}

// bytes GO-STRING TO [N]: a file of these bytes, N times over.
func hexBytes(ts *testscript.TestScript, _ bool, args []string) {
	s, err := strconv.Unquote(`"` + args[0] + `"`)
	ts.Check(err)
	n := 1
	if len(args) > 2 {
		n, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), bytes.Repeat([]byte(s), n), 0o600))
}

// cell FILE SHEET CELL TEXT: a cell of a workbook holds a text.
func cell(ts *testscript.TestScript, _ bool, args []string) {
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	got, err := f.GetCellValue(args[1], args[2])
	ts.Check(errors.Join(err, f.Close()))
	if got != args[3] {
		ts.Fatalf("%s!%s is %q, want %q", args[1], args[2], got, args[3])
	}
}
