package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/errs"
)

// vectors are receipts, right ones and such that were tampered with, and what must be said of each. The page that checks receipts in a browser
// is held to the same file. GOLDEN=1 writes it anew: receipts are for good, so that the right ones of today must stay right.
const vectors = "testdata/receipts.json"

type vectorFile struct {
	Keys  []string `json:"keys"`
	Cases []vector `json:"cases"`
}

type vector struct {
	Name    string `json:"name"`
	Want    string `json:"want"` // "proved", "promised", or the message that refuses it
	Receipt string `json:"receipt"`
}

// made is a receipt of a log of size entries, made without a database so that it comes out the same each time.
func made(t testing.TB, s *signer, size, index int, what []byte) Receipt {
	t.Helper()
	ts := &tiles{have: map[coord][]byte{}}
	salt := bytes.Repeat([]byte{byte(index)}, saltSize)
	r := Receipt{Origin: origin, Ref: ref(index), At: noon, Salt: salt, Hash: salted(salt, what), Key: s.id(), Data: what}
	r.Signature = ed25519.Sign(s.private, r.PromiseText())
	list := make([]Hash, size)
	for i := range list {
		list[i] = salted(nil, data(i))
	}
	list[index] = r.Hash
	tree, grown, err := grow(ts, tlog.Tree{}, list)
	if err != nil {
		t.Fatal(err)
	}
	ts.have = grown
	proof, err := prove(ts, tree, int64(index), r.Hash)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signCheckpoint(origin, tree, s)
	if err != nil {
		t.Fatal(err)
	}
	r.Inclusion = &Inclusion{int64(index), proof, signed}
	return r
}

func text(t testing.TB, r Receipt) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func makeVectors(t testing.TB) vectorFile {
	one, err := keyFrom("one").signer(origin)
	if err != nil {
		t.Fatal(err)
	}
	two, err := keyFrom("two").signer(origin)
	if err != nil {
		t.Fatal(err)
	}
	thief, err := keyFrom("thief").signer(origin)
	if err != nil {
		t.Fatal(err)
	}
	what := []byte("下栅社区：路灯不亮 <b>&amp;</b> \u2028 𠮷 \"quoted\" \\ end\n")
	good := made(t, one, 300, 200, what)
	f := vectorFile{Keys: []string{two.vkey, one.vkey}}
	add := func(name, want string, r Receipt) { f.Cases = append(f.Cases, vector{name, want, text(t, r)}) }
	change := func(name, want string, do func(r *Receipt)) {
		r := made(t, one, 300, 200, what)
		do(&r)
		add(name, want, r)
	}
	add("a proof with its data", "proved", good)
	add("a promise only", "promised", good.Promise())
	change("a proof without data", "proved", func(r *Receipt) { r.Data = nil })
	change("a promise with its data", "promised", func(r *Receipt) { r.Inclusion = nil })
	add("the only entry", "proved", made(t, one, 1, 0, what))
	add("the first of two", "proved", made(t, one, 2, 0, what))
	add("the last of 257", "proved", made(t, two, 257, 256, what))
	add("the last of 300", "proved", made(t, one, 300, 299, what))
	add("no content at all", "proved", made(t, one, 7, 3, []byte{}))
	add("bytes that are no text", "proved", made(t, two, 8, 3, []byte{0xff, 0, 0xfe}))

	change("another reference", "ledger.receipt_bad_signature", func(r *Receipt) { r.Ref = "case/0001" })
	change("another time", "ledger.receipt_bad_signature", func(r *Receipt) { r.At = r.At.Add(1000) })
	change("another hash", "ledger.receipt_bad_signature", func(r *Receipt) { r.Hash[0] ^= 1 })
	change("another log's name", "ledger.receipt_bad_signature", func(r *Receipt) { r.Origin = "huying/other" })
	change("another signature", "ledger.receipt_bad_signature", func(r *Receipt) { r.Signature[5] ^= 1 })
	change("signed by somebody else", "ledger.receipt_unknown_key", func(r *Receipt) { *r = made(t, thief, 300, 200, what) })
	change("somebody else's signature under the name of a key", "ledger.receipt_bad_signature", func(r *Receipt) {
		*r = made(t, thief, 300, 200, what)
		r.Key = one.id()
	})
	change("other data", "ledger.receipt_other_data", func(r *Receipt) { r.Data = append(r.Data, ' ') })
	change("data that are empty", "ledger.receipt_other_data", func(r *Receipt) { r.Data = []byte{} })
	change("another salt", "ledger.receipt_other_data", func(r *Receipt) { r.Salt[0] ^= 1 })
	change("another place", "ledger.receipt_bad_proof", func(r *Receipt) { r.Inclusion.Index = 201 })
	change("a place behind the end", "ledger.receipt_bad_proof", func(r *Receipt) { r.Inclusion.Index = 300 })
	change("a proof that is changed", "ledger.receipt_bad_proof", func(r *Receipt) { r.Inclusion.Proof[3][0] ^= 1 })
	change("a proof that is cut short", "ledger.receipt_bad_proof", func(r *Receipt) { r.Inclusion.Proof = r.Inclusion.Proof[:8] })
	change("a proof that is too long", "ledger.receipt_bad_proof", func(r *Receipt) { r.Inclusion.Proof = append(r.Inclusion.Proof, Hash{}) })
	change("no proof at all", "ledger.receipt_bad_proof", func(r *Receipt) { r.Inclusion.Proof = nil })
	change("the checkpoint of another tree", "ledger.receipt_bad_proof", func(r *Receipt) {
		r.Inclusion.Checkpoint = made(t, one, 299, 7, what).Inclusion.Checkpoint
	})
	change("a checkpoint that is changed", "ledger.receipt_bad_checkpoint", func(r *Receipt) {
		r.Inclusion.Checkpoint = strings.Replace(r.Inclusion.Checkpoint, "\n300\n", "\n301\n", 1)
	})
	change("a checkpoint signed by somebody else", "ledger.receipt_bad_checkpoint", func(r *Receipt) {
		r.Inclusion.Checkpoint = made(t, thief, 300, 200, what).Inclusion.Checkpoint
	})
	change("a checkpoint without a signature", "ledger.receipt_bad_checkpoint", func(r *Receipt) {
		r.Inclusion.Checkpoint, _, _ = strings.Cut(r.Inclusion.Checkpoint, "\n\n")
	})
	change("a checkpoint of another log", "ledger.receipt_bad_checkpoint", func(r *Receipt) {
		s, err := keyFrom("one").signer("huying/other")
		if err != nil {
			t.Fatal(err)
		}
		r.Inclusion.Checkpoint, err = signCheckpoint("huying/other", tlog.Tree{N: 300}, s)
		if err != nil {
			t.Fatal(err)
		}
	})
	for _, b := range broken(text(t, good)) {
		f.Cases = append(f.Cases, vector{b[0], "ledger.receipt_unreadable", b[1]})
	}
	return f
}

// broken are texts that are no receipts, made from one that is: a name and the text.
func broken(good string) (out [][2]string) {
	swap := func(name, old, now string) {
		if !strings.Contains(good, old) {
			panic(name)
		}
		out = append(out, [2]string{name, strings.Replace(good, old, now, 1)})
	}
	out = append(out, [2]string{"nothing", ""}, [2]string{"no JSON", "hello"}, [2]string{"a list", "[]"}, [2]string{"null", "null"}, [2]string{"two receipts", good + good},
		[2]string{"half", good[:len(good)/2]})
	swap("a key that is unknown", `"version":1`, `"version":1,"more":1`)
	swap("a key in other letters", `"hash":`, `"Hash":`)
	swap("no signature", `"signature":`, `"data_base64":"","data":"","x":`)
	swap("no index", `"index":200,`, ``)
	swap("an index of null", `"index":200`, `"index":null`)
	swap("an inclusion that is no object", `"inclusion":{`, `"inclusion":[{`)
	swap("another version", `"version":1`, `"version":2`)
	swap("no version", `"version":1,`, ``)
	swap("a version in quotes", `"version":1`, `"version":"1"`)
	swap("a short salt", `"salt":"yMjI`, `"salt":"`)
	swap("base64 with a line in it", `"salt":"`, `"salt":"\n`)
	swap("a time without microseconds", `.123456Z`, `Z`)
	swap("a time with a zone", `.123456Z`, `.123456+08:00`)
	swap("a day that is none", `2021-11-19T`, `2021-02-30T`)
	swap("a reference of two lines", `"ref":"`, `"ref":"a\nb`)
	swap("a key's name that is none", `"key":"`, `"key":"x`)
	swap("a place before the first", `"index":200`, `"index":-1`)
	swap("a place that is no whole number", `"index":200`, `"index":1.5`)
	swap("a proof that is no hash", `"proof":["`, `"proof":["!`)
	swap("no checkpoint", `"checkpoint":"`, `"checkpoint":"","x":"`)
	swap("data twice", `"data":"`, `"data_base64":"","data":"`)
	return out
}

func TestReceiptsAndWhatIsSaidOfThem(t *testing.T) {
	want := makeVectors(t)
	written, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	written = append(written, '\n')
	if os.Getenv("GOLDEN") != "" {
		if err := os.WriteFile(vectors, written, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(vectors)
	if err != nil || !bytes.Equal(kept, written) {
		t.Errorf("receipts are no longer written as they were: %v", err)
	}
	var f vectorFile
	if err := json.Unmarshal(kept, &f); err != nil {
		t.Fatal(err)
	}
	for _, v := range f.Cases {
		if got := verdict(v.Receipt, f.Keys); got != v.Want {
			t.Errorf("%s: %s, want %s", v.Name, got, v.Want)
		}
	}
}

func verdict(receipt string, keys []string) string {
	r, err := ParseReceipt([]byte(receipt))
	if err == nil {
		err = r.Verify(keys...)
	}
	switch {
	case err != nil:
		return errs.All(err)[0].Key
	case r.Inclusion == nil:
		return "promised"
	}
	return "proved"
}

func TestAReceiptComesBackAsItWent(t *testing.T) {
	for _, v := range makeVectors(t).Cases[:10] {
		r, err := ParseReceipt([]byte(v.Receipt))
		if err != nil {
			t.Fatal(err)
		}
		if again := text(t, r); again != v.Receipt {
			t.Errorf("%s went in, %s came out", v.Receipt, again)
		}
		var u Receipt
		if err := json.Unmarshal([]byte(v.Receipt), &u); err != nil || text(t, u) != v.Receipt {
			t.Error(err)
		}
	}
	if n := len(text(t, made(t, mustSigner(t), 300, 200, []byte("x")).Promise())); n > 420 {
		t.Errorf("a promise takes %d bytes", n)
	}
	if err := (Receipt{}).Verify("no key"); !errs.Is(err, errs.Invalid) {
		t.Errorf("a key that is none: %v", err)
	}
}

func mustSigner(t testing.TB) *signer {
	t.Helper()
	s, err := keyFrom("one").signer(origin)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func FuzzReceipt(f *testing.F) {
	file := makeVectors(f)
	for _, v := range file.Cases {
		f.Add(v.Receipt)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r, err := ParseReceipt([]byte(in))
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", in, err)
			}
			return
		}
		written := text(t, r)
		again, err := ParseReceipt([]byte(written))
		if err != nil || text(t, again) != written {
			t.Errorf("%q is written as %q: %v", in, written, err)
		}
		if r.Verify(file.Keys...) == nil && r.Signature == nil {
			t.Errorf("%q is no receipt", in)
		}
	})
}

func TestQR(t *testing.T) {
	for _, n := range []int{1, 400, 2300, 2900} {
		svg, err := QR(strings.Repeat("a", n))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		for _, want := range []string{`<svg xmlns="http://www.w3.org/2000/svg" class="qr"`, fmt.Sprintf("M%d %dh7v1h-7z", quiet, quiet), `"/></svg>`} {
			if !bytes.Contains(svg, []byte(want)) {
				t.Errorf("%d bytes: no %s", n, want)
			}
		}
		if bytes.Contains(svg, []byte("style")) {
			t.Error("a style, which the policy refuses")
		}
	}
	if _, err := QR(strings.Repeat("a", 3000)); !errs.Is(err, errs.TooLarge) {
		t.Errorf("%v", err)
	}
}
