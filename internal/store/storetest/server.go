package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
)

// Server is a throwaway PostgreSQL on 127.0.0.1, in a folder of its own. It is a real server with durable commits left on, so that
// what a test sees is what a district gets.
type Server struct {
	URL  string
	dir  string
	port int
	cmd  *exec.Cmd
}

// StartServer makes a cluster in a new folder and starts it. PostgreSQL refuses to run as root, so root runs it as "postgres".
func StartServer() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "huying-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.start(bin); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) start(bin string) error {
	cred, err := credential(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "huying", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = cred, s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	s.URL = fmt.Sprintf("postgres://huying@127.0.0.1:%d/postgres?sslmode=disable", s.port)
	return s.launch(bin, cred)
}

func (s *Server) launch(bin string, cred *syscall.SysProcAttr) error {
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(s.dir, "data"), "-h", "127.0.0.1", "-p", strconv.Itoa(s.port),
		"-k", s.dir, "-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "log_min_messages=fatal")
	s.cmd.SysProcAttr, s.cmd.Dir = cred, s.dir
	if err := s.cmd.Start(); err != nil {
		return err
	}
	return waitFor(s.URL)
}

// Restart has the server break down, as when its machine loses power, and starts it again on what it had written by then.
func (s *Server) Restart() error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	cred, err := credential(s.dir)
	if err != nil {
		return err
	}
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // immediate shutdown: the next start recovers from the log
		return err
	}
	_ = s.cmd.Wait()
	return s.launch(bin, cred)
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() error {
	var err error
	if s.cmd != nil && s.cmd.Process != nil {
		err = s.cmd.Process.Signal(syscall.SIGINT) // fast shutdown
		var exit *exec.ExitError
		if werr := s.cmd.Wait(); werr != nil && !errors.As(werr, &exit) {
			err = errors.Join(err, werr)
		}
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// binaries finds the folder of initdb and postgres: Debian keeps each version in one of its own, off the PATH.
func binaries() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", errors.New("PostgreSQL is not installed")
	}
	return filepath.Dir(path), nil
}

// credential makes the folder usable by the user that will run the server, and ties the server's life to ours.
func credential(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// waitFor waits until the server answers. It takes connections a little earlier, and refuses them while it is starting up.
func waitFor(url string) error {
	var err error
	for range 400 {
		var db *store.DB
		if db, err = store.Open(context.Background(), url, clock.Business{}); err == nil {
			return db.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("PostgreSQL did not come up within twenty seconds: %w", err)
}
