package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// A test runs this program once more as what it needs beside itself: the server, or a mail server.
const (
	actAs   = "HUYING_TEST_ACT_AS" // huying, smtp
	certDir = "HUYING_TEST_CERTS"
)

func TestMain(m *testing.M) {
	switch os.Getenv(actAs) {
	case "huying":
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	case "smtp":
		serveMail()
	}
	os.Exit(m.Run())
}

// serveMail is a mail server with TLS that wants a password. It says its address, and then each letter that it takes, in base64, a line each.
func serveMail() {
	dir := os.Getenv(certDir)
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		panic(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		panic(err)
	}
	fmt.Println(ln.Addr())
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &counter{}, nil }))
	go func() { // the test has ended, one way or another
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	panic(s.Serve(ln))
}

type counter struct{ known bool }

func (c *counter) AuthMechanisms() []string { return []string{sasl.Plain} }
func (c *counter) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if c.known = user == "district" && password == "let-me-in"; !c.known {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}
func (c *counter) Mail(string, *smtp.MailOptions) error {
	if !c.known {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (c *counter) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (c *counter) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	fmt.Println(base64.StdEncoding.EncodeToString(data))
	return err
}
func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

// process is a program that a test started. Its lines are those of its standard output.
type process struct {
	cmd   *exec.Cmd
	lines chan string
}

func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...), lines: make(chan string, 100)}
	p.cmd.Env = append(os.Environ(), env...)
	var errOut bytes.Buffer
	p.cmd.Stderr = &errOut
	in, err1 := p.cmd.StdinPipe()
	out, err2 := p.cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		_ = p.cmd.Process.Signal(os.Interrupt) // it may have ended
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Log(errOut.String())
		}
	})
	return p
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	select {
	case s, ok := <-p.lines:
		if !ok {
			t.Fatal("the process has ended")
		}
		return s
	case <-time.After(time.Minute):
		t.Fatal("nothing was said for a minute")
		return ""
	}
}

// certificates writes the certificate of a test server, which is its own authority, and its key.
func certificates(t *testing.T, s *httptest.Server) (dir string) {
	t.Helper()
	dir = t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: s.Certificate().Raw}, "key.pem": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestNoticesLeaveByTheChannelsOfTheCommandLine: a mail server that wants TLS and a password, and an adapter that checks signatures, each a
// process or a server of its own, get the codes that a person asks for.
func TestNoticesLeaveByTheChannelsOfTheCommandLine(t *testing.T) {
	posts := make(chan string, 10)
	checker, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	adapter := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is missing of it has no signature
		if err := checker.Verify(body, r.Header); err != nil {
			body = []byte(err.Error())
		}
		posts <- string(body)
	}))
	t.Cleanup(adapter.Close)
	certs, dir := certificates(t, adapter), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hook"), []byte(hookSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mail := start(t, []string{actAs + "=smtp", certDir + "=" + certs})
	_, port, err := net.SplitHostPort(mail.line(t))
	if err != nil {
		t.Fatal(err)
	}
	database := "--database=sqlite:" + filepath.Join(dir, "huying.db")
	var out, errOut bytes.Buffer
	if status := run([]string{"account", "create", "keeper", "--name", "管理员", "--role", "sysadmin", "--password-stdin", database}, strings.NewReader("a long and quiet word\n"), &out, &errOut); status != exitOK {
		t.Fatal(errOut.String())
	}
	server := start(t, []string{actAs + "=huying", "SSL_CERT_FILE=" + filepath.Join(certs, "cert.pem"), "HUYING_MAIL_PASSWORD=let-me-in", "HUYING_LANG=en"},
		"serve", database, "--files", filepath.Join(dir, "files"), "--pack", "../../internal/pack/starter", "--listen", "127.0.0.1:0",
		"--public-url", "http://huying.example.gov.cn", "--mail", "smtps://district@127.0.0.1:"+port, "--mail-from", "huying@example.gov.cn",
		"--hook", "wecom="+adapter.URL+"/in", "--hook-secret-file", "wecom="+filepath.Join(dir, "hook"))
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(server.line(t))
	person := signedIn(t, base, "keeper", "a long and quiet word")
	person.post("/notices/addresses", url.Values{"channel": {"email"}, "address-email": {"keeper@example.gov.cn"}})
	letter, err := base64.StdEncoding.DecodeString(mail.line(t))
	if err != nil || !strings.Contains(string(letter), "To: <keeper@example.gov.cn>") || !strings.Contains(string(letter), "huying@example.gov.cn") {
		t.Errorf("%v\n%s", err, letter)
	}
	person.post("/notices/addresses", url.Values{"channel": {"wecom"}, "address-wecom": {"keeper.one"}})
	select {
	case body := <-posts:
		if !strings.Contains(body, `"to":"keeper.one"`) || !strings.Contains(body, `"type":"code"`) {
			t.Error(body)
		}
	case <-time.After(time.Minute):
		t.Error("the adapter heard nothing")
	}
}

// browser is somebody who has signed in.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func signedIn(t *testing.T, base, login, password string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t, base, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	b.post("/sign-in", url.Values{"login": {login}, "password": {password}})
	return b
}

func (b *browser) post(path string, form url.Values) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("%s: %d %v\n%s", path, res.StatusCode, err, body)
	}
}

// TestChannelsThatDoNotHoldTogether are refused before anything is stored, with the flag and the remedy.
func TestChannelsThatDoNotHoldTogether(t *testing.T) {
	const address, mail = "--public-url=https://h.example.gov.cn", "--mail=smtp://m.example.gov.cn"
	for _, c := range []struct {
		name, says string
		args       []string
	}{
		{"a server that is none", "--mail: The mail server's address is wrong", []string{address, "--mail=mail.example.gov.cn", "--mail-from=a@example.gov.cn"}},
		{"nobody who writes", "--mail: The sender is no e-mail address", []string{address, mail}},
		{"mail in the clear to another machine", "--mail: Mail that is not encrypted", []string{address, "--mail=smtp+plain://m.example.gov.cn", "--mail-from=a@example.gov.cn"}},
		{"a password file that is gone", "gone: ", []string{address, mail, "--mail-from=a@example.gov.cn", "--mail-password-file=gone"}},
		{"a hook without a secret", "--hook wecom: The signing secret", []string{address, "--hook=wecom=https://a.example.gov.cn"}},
		{"a hook in the clear to another machine", "--hook wecom: A channel's address", []string{address, "--hook=wecom=http://a.example.gov.cn"}},
		{"a secret of no hook", "--hook sms=URL", []string{address, "--hook-secret-file=sms=x"}},
		{"no public address", "Give --public-url", []string{mail, "--mail-from=a@example.gov.cn"}},
	} {
		database := filepath.Join(t.TempDir(), "huying.db")
		var out, errOut bytes.Buffer
		status := run(append([]string{"--lang=en", "serve", "--listen=127.0.0.1:0", "--pack=../../internal/pack/starter", "--database=sqlite:" + database}, c.args...), nil, &out, &errOut)
		if _, err := os.Stat(database); status != exitInput || !strings.Contains(errOut.String(), c.says) || err == nil {
			t.Errorf("%s: status %d, database %v\n%s", c.name, status, err, errOut.String())
		}
	}
}
