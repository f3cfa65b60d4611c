package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huying/internal/errs"
)

// TestTheLedgersKeyIsReplaced: earlier receipts and checkpoints verify under the keys that the log publishes, the check finds nothing, the
// server goes on with the new file, and a run that was stopped is finished by the next.
func TestTheLedgersKeyIsReplaced(t *testing.T) {
	districts(t, nil, func(t *testing.T, s *small) {
		c := s.lamp("路灯不亮")
		s.sound()
		before := s.receipt(c.Number)
		kept, err := s.ledger.Checkpoint(ctx)
		if err != nil || before.Inclusion == nil {
			t.Fatal(err, before.Inclusion)
		}
		cfg := s.cfg
		cfg.Keys = filepath.Join(filepath.Dir(cfg.Files), "keys")
		r, err := RotateLedger(ctx, cfg, false)
		if err != nil || r.Old == r.New || r.Old == "" {
			t.Fatalf("%v %+v", err, r)
		}
		if r.OldFile != filepath.Join(cfg.Keys, "ledger.key."+r.Old) {
			t.Errorf("the old key lies at %s", r.OldFile)
		}
		if _, err := s.ledger.Sequence(ctx); err == nil {
			s.lamp("又一盏")
			if _, err := s.ledger.Sequence(ctx); err == nil {
				t.Error("a server with the old key still signs")
			}
		}

		// The same run again, stopped between the database and the files: the new key has not got its name yet.
		if err := os.Rename(filepath.Join(cfg.Keys, "ledger.key"), filepath.Join(cfg.Keys, "ledger.key.new")); err != nil {
			t.Fatal(err)
		}
		if again, err := RotateLedger(ctx, cfg, false); err != nil || again.New != r.New {
			t.Errorf("%v %+v, want the same key", err, again)
		}

		b := openWith(t, cfg)
		if err := b.sequence(ctx); err != nil {
			t.Fatal(b.texts.Error("en", err))
		}
		keys, err := b.ledger.Keys(ctx)
		if err != nil || len(keys) != 2 || keys[0].ID != r.New || keys[1].ID != r.Old || !strings.Contains(keys[0].Vouch, keys[0].VKey) {
			t.Fatalf("%v %+v", err, keys)
		}
		vkeys := []string{keys[0].VKey, keys[1].VKey}
		after := (&small{App: b, t: t}).receipt(c.Number)
		if before.Key != r.Old || after.Key != r.New || before.Verify(vkeys...) != nil || after.Verify(vkeys...) != nil {
			t.Errorf("receipts of %s and %s: %v, %v", before.Key, after.Key, before.Verify(vkeys...), after.Verify(vkeys...))
		}
		if err := before.Verify(keys[0].VKey); !errs.Is(err, errs.Invalid) {
			t.Errorf("a receipt under a key that was not given: %v", err)
		}
		if older, newer, err := b.ledger.Extends(ctx, kept); err != nil || older > newer {
			t.Errorf("the checkpoint from before the rotation: %d, %d, %v", older, newer, err)
		}
		(&small{App: b, t: t}).sound()
	})
}

// TestAKeyThatIsGoneIsNotReplacedByItself: without its file nothing happens unless it is said to be lost; then nothing vouches for the new one.
func TestAKeyThatIsGoneIsNotReplacedByItself(t *testing.T) {
	districts(t, nil, func(t *testing.T, s *small) {
		cfg := s.cfg
		cfg.Keys = filepath.Join(filepath.Dir(cfg.Files), "keys")
		if err := os.Remove(filepath.Join(cfg.Keys, "ledger.key")); err != nil {
			t.Fatal(err)
		}
		if _, err := RotateLedger(ctx, cfg, false); !errs.Is(err, errs.Invalid) {
			t.Errorf("%v", err)
		}
		r, err := RotateLedger(ctx, cfg, true)
		if err != nil {
			t.Fatal(s.texts.Error("en", err), err)
		}
		keys, err := openWith(t, cfg).ledger.Keys(ctx)
		if err != nil || len(keys) != 2 || keys[0].ID != r.New || keys[0].Vouch != "" {
			t.Errorf("%v %+v", err, keys)
		}
	})
}

// TestAServerDoesNotStartWithAnotherMasterKey: without the key that protects what was sealed, it would seal what comes under one that opens
// none of it.
func TestAServerDoesNotStartWithAnotherMasterKey(t *testing.T) {
	districts(t, nil, func(t *testing.T, s *small) {
		cfg := s.cfg
		cfg.Keys = filepath.Join(filepath.Dir(cfg.Files), "keys")
		file := filepath.Join(cfg.Keys, "vault.key")
		if err := os.Rename(file, file+".away"); err != nil {
			t.Fatal(err)
		}
		a, err := Open(ctx, cfg)
		if cerr := a.Close(); cerr != nil {
			t.Error(cerr)
		}
		if !errs.Is(err, errs.Conflict) {
			t.Fatalf("%v", err)
		}
		if err := os.Rename(file+".away", file); err != nil {
			t.Fatal(err)
		}
		openWith(t, cfg)
	})
}
