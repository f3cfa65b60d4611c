package identity_test

import (
	"testing"

	"huying/internal/identity"
)

// A vector of the reference implementation (phc-winner-argon2, src/test.c): the password is "password".
const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

func TestPHC(t *testing.T) {
	const salt, sum = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"the reference's", reference, true},
		{"another algorithm", "$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + sum, false},
		{"another version", "$argon2id$v=16$m=65536,t=2,p=1$" + salt + "$" + sum, false},
		{"no version", "$argon2id$m=65536,t=2,p=1$" + salt + "$" + sum, false},
		{"costs in another order", "$argon2id$v=19$t=2,m=65536,p=1$" + salt + "$" + sum, false},
		{"a cost with a sign", "$argon2id$v=19$m=+65536,t=2,p=1$" + salt + "$" + sum, false},
		{"a cost with a leading zero", "$argon2id$v=19$m=065536,t=2,p=1$" + salt + "$" + sum, false},
		{"no passes", "$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + sum, false},
		{"no lanes", "$argon2id$v=19$m=65536,t=2,p=0$" + salt + "$" + sum, false},
		{"more memory than a server has", "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum, false},
		{"padded base64", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "=$" + sum, false},
		{"a line break in the sum", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + sum[:4] + "\n" + sum[4:], false},
		{"a short sum", "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + sum[:8], false},
		{"no salt", "$argon2id$v=19$m=65536,t=2,p=1$$" + sum, false},
		{"something after it", reference + "$", false},
		{"nothing", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, again, err := identity.ReadPHC(c.text)
			if c.ok != (err == nil) {
				t.Fatalf("error %v", err)
			}
			if c.ok && (again != c.text || p != identity.Params{Memory: 65536, Passes: 2, Threads: 1}) {
				t.Errorf("%+v, written again as %q", p, again)
			}
		})
	}
}

func FuzzPHC(f *testing.F) {
	f.Add(reference)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, again, err := identity.ReadPHC(s)
		if err != nil {
			return
		}
		if again != s {
			t.Errorf("%q was read as %q", s, again)
		}
		if p.Memory == 0 || p.Passes == 0 || p.Threads == 0 || p.Memory > 1<<20 || p.Passes > 64 || p.Threads > 16 {
			t.Errorf("%q asks for %+v", s, p)
		}
	})
}
