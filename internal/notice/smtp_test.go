package notice

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"encoding/base64"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The mail server of a test is a process of its own: this program once more, told by its environment to be one. It keeps what it takes in
// a folder, one file for each letter.
const (
	mailServerDir  = "HUYING_TEST_SMTP_DIR"
	mailServerMode = "HUYING_TEST_SMTP_MODE" // starttls, tls, plain
	mailServerAddr = "HUYING_TEST_SMTP_ADDR"
	mailUser       = "huying"
	mailPassword   = "let-me-in"
)

// taken is a letter as the server took it.
type taken struct {
	From, To string
	TLS      bool
	User     string
	Data     string
}

func serveMail(dir string) {
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		fail(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	ln, err := net.Listen("tcp", os.Getenv(mailServerAddr))
	if err != nil {
		fail(err)
	}
	server := smtp.NewServer(&postOffice{dir: dir, busy: map[string]int{}})
	server.Domain, server.ReadTimeout, server.WriteTimeout = "mail.test", 20*time.Second, 20*time.Second
	server.ErrorLog = log.New(io.Discard, "", 0) // a client that will not go on is what some tests want
	server.MaxMessageBytes = 1 << 20
	addr := ln.Addr()
	switch os.Getenv(mailServerMode) {
	case "starttls":
		server.TLSConfig = config
	case "tls":
		ln = tls.NewListener(ln, config)
	}
	fmt.Println(addr)
	go func() { // the test has ended, one way or another
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fail(server.Serve(ln))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "mail server:", err)
	os.Exit(1)
}

// postOffice refuses whoever is called nobody, has no time twice for each who is called busy, and takes the rest.
type postOffice struct {
	dir  string
	mu   sync.Mutex
	n    int
	busy map[string]int
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.TLSConnectionState()
	return &counter{office: p, taken: taken{TLS: secure}}, nil
}

type counter struct {
	office *postOffice
	taken
}

func (c *counter) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *counter) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != mailUser || password != mailPassword {
			return smtp.ErrAuthFailed
		}
		c.User = user
		return nil
	}), nil
}

func (c *counter) Mail(from string, _ *smtp.MailOptions) error { c.From = from; return nil }

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox here"}
	case strings.HasPrefix(to, "busy"):
		if c.office.busy[to]++; c.office.busy[to] <= 2 {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, come again"}
		}
	}
	c.To = to
	return nil
}

func (c *counter) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.taken.Data = string(data)
	text, err := json.Marshal(c.taken)
	if err != nil {
		return err
	}
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.office.n++
	name := filepath.Join(c.office.dir, fmt.Sprintf("%d-%04d.mail", os.Getpid(), c.office.n))
	if err := os.WriteFile(name+".tmp", text, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".tmp", name)
}

func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

// mailServer is the test's side of it.
type mailServer struct {
	t     testing.TB
	dir   string
	addr  string
	roots *x509.CertPool
	cmd   *exec.Cmd
	stdin io.Closer
}

// newMailServer prepares a server without starting it: its address is known, and nobody answers there.
func newMailServer(t testing.TB) *mailServer {
	t.Helper()
	m := &mailServer{t: t, dir: t.TempDir()}
	m.roots = authority(t, m.dir)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.stop)
	return m
}

func startMailServer(t testing.TB, mode string) *mailServer {
	t.Helper()
	m := newMailServer(t)
	m.start(mode)
	return m
}

func (m *mailServer) start(mode string) {
	m.t.Helper()
	m.cmd = exec.Command(os.Args[0])
	m.cmd.Env = append(os.Environ(), mailServerDir+"="+m.dir, mailServerMode+"="+mode, mailServerAddr+"="+m.addr)
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	m.cmd.Stderr = os.Stderr
	stdin, err1 := m.cmd.StdinPipe()
	stdout, err2 := m.cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		m.t.Fatal(err1, err2)
	}
	m.stdin = stdin
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != m.addr {
		m.t.Fatalf("the mail server says %q, want %s: %v", line, m.addr, err)
	}
}

func (m *mailServer) stop() {
	if m.cmd == nil {
		return
	}
	_ = m.stdin.Close()
	_ = m.cmd.Wait() // it ends by itself
	m.cmd = nil
}

// channel gives a service the server as its own.
func (m *mailServer) channel(security Security) func(*Options) {
	host, port, err := net.SplitHostPort(m.addr)
	if err != nil {
		m.t.Fatal(err)
	}
	mail := &Mail{Host: host, Security: security, From: "huying@example.gov.cn", Roots: m.roots}
	if _, err := fmt.Sscan(port, &mail.Port); err != nil {
		m.t.Fatal(err)
	}
	return func(o *Options) { o.Mail = mail }
}

// letters are those that the server has taken, the oldest first.
func (m *mailServer) letters() (all []received) {
	m.t.Helper()
	files, err := filepath.Glob(filepath.Join(m.dir, "*.mail"))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			m.t.Fatal(err)
		}
		var l taken
		if err := json.Unmarshal(data, &l); err != nil {
			m.t.Fatal(err)
		}
		all = append(all, read(m.t, l))
	}
	return all
}

// received is a letter as a mail program shows it.
type received struct {
	taken
	Header     mail.Header
	Subject    string
	Text, HTML string
}

func read(t testing.TB, l taken) received {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(l.Data))
	if err != nil {
		t.Fatalf("%v\n%s", err, l.Data)
	}
	r := received{taken: l, Header: msg.Header}
	var words mime.WordDecoder
	if r.Subject, err = words.DecodeHeader(msg.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return r
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Header.Get("Content-Transfer-Encoding") != "base64" {
			t.Fatalf("a part in %q", p.Header.Get("Content-Transfer-Encoding"))
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil {
			t.Fatal(err)
		}
		switch kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); {
		case !strings.EqualFold(params["charset"], "utf-8"):
			t.Errorf("a part in %q", params["charset"])
		case kind == "text/plain":
			r.Text = string(body)
		case kind == "text/html":
			r.HTML = string(body)
		}
	}
}

// authority makes a certificate authority of its own and a certificate for 127.0.0.1, which it puts into dir.
func authority(t testing.TB, dir string) *x509.CertPool {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	ok(err)
	caCert, err := x509.ParseCertificate(caDER)
	ok(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(err)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "mail.test"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, caCert, &key.PublicKey, caKey)
	ok(err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	ok(err)
	ok(os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	ok(os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600))
	roots := x509.NewCertPool()
	roots.AddCert(caCert)
	return roots
}
