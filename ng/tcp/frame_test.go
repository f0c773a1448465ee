package tcp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rtpgo/ng"
)

// split divides a stream that comes in pieces of a size.
func split(stream []byte, size int) (messages []string, rest string, err error) {
	var buf []byte
	var s scanner
	for len(stream) > 0 {
		n := min(size, len(stream))
		buf, stream = append(buf, stream[:n]...), stream[n:]
		for {
			n, err := s.end(buf)
			if err != nil {
				return messages, "", err
			}
			if n == 0 {
				break
			}
			messages = append(messages, string(buf[:n]))
			buf, s = buf[n:], scanner{}
		}
	}
	return messages, string(buf), nil
}

func TestFraming(t *testing.T) {
	deep := strings.Repeat("l", maxDepth)
	for _, test := range []struct {
		name, in string
		want     []string
		rest     string
		err      error
	}{
		{"one", "a d7:command4:pinge", []string{"a d7:command4:pinge"}, "", nil},
		{"two", "a deb d7:command4:pinge", []string{"a de", "b d7:command4:pinge"}, "", nil},
		{"line ends", "a de\r\nb de\n", []string{"a de", "\r\nb de"}, "\n", nil},
		{"not complete", "a d7:comm", nil, "a d7:comm", nil},
		{"half a number", "a d7", nil, "a d7", nil},
		{"half an integer", "a d1:ai-1", nil, "a d1:ai-1", nil},
		{"half a cookie", "abc", nil, "abc", nil},
		{"no document yet", "abc ", nil, "abc ", nil},
		{"nested", "a d1:ald1:bi-5eee1:c0:eX de", []string{"a d1:ald1:bi-5eee1:c0:e", "X de"}, "", nil},
		{"strings hide what they hold", "a d1:x5:eee d1:y1:eeb de", []string{"a d1:x5:eee d1:y1:ee", "b de"}, "", nil},
		{"JSON", `a {"command":"ping"}b {}`, []string{`a {"command":"ping"}`, "b {}"}, "", nil},
		{"JSON strings", `a {"x":"}\"}\\","y":[{"z":1}]}` + "\nb de", []string{`a {"x":"}\"}\\","y":[{"z":1}]}`, "\nb de"}, "", nil},
		{"JSON not complete", `a {"x":"\`, nil, `a {"x":"\`, nil},
		{"mixed", `a {}b dec {}`, []string{"a {}", "b de", "c {}"}, "", nil},
		{"garbage", "a garbage", nil, "", errDocument},
		{"list", "a l1:xe", nil, "", errDocument},
		{"no cookie", " de", nil, "", errNoCookie},
		{"blank first", " ", nil, "", errNoCookie},
		{"bencode without cookie", "d7:command4:pinge", nil, "d7:command4:pinge", nil},
		{"long cookie", strings.Repeat("x", ng.MaxCookie) + " de", []string{strings.Repeat("x", ng.MaxCookie) + " de"}, "", nil},
		{"longer cookie", strings.Repeat("x", ng.MaxCookie+1), nil, "", errCookie},
		{"bad byte", "a dx", nil, "", errBencode},
		{"negative length", "a d-1:x", nil, "", errBencode},
		{"bad length", "a d1x:", nil, "", errBencode},
		{"bad integer", "a d1:ai1-1ee", nil, "", errBencode},
		{"empty integer", "a d1:aiee", nil, "", errBencode},
		{"long number", "a d" + strings.Repeat("1", 30), nil, "", errBencode},
		{"long integer", "a d1:ai" + strings.Repeat("1", 30), nil, "", errBencode},
		{"a length that lies", "a d9999999999:x", nil, "", errLarge},
		{"a length just too large", fmt.Sprintf("a d%d:", ng.MaxStream), nil, "", errLarge},
		{"deep", "a d1:x" + deep, nil, "", errDeep},
		{"large JSON", `a {"x":"` + strings.Repeat("y", ng.MaxStream) + `"}`, nil, "", errLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, len(test.in)} {
				got, rest, err := split([]byte(test.in), size)
				if !errors.Is(err, test.err) {
					t.Fatalf("in pieces of %d: error %v, want %v", size, err, test.err)
				}
				if strings.Join(got, "|") != strings.Join(test.want, "|") || rest != test.rest {
					t.Fatalf("in pieces of %d: %q, rest %q", size, got, rest)
				}
			}
		})
	}
}

// However a stream is cut, the messages are the same, and what package ng
// accepts as a document passes whole.
func FuzzFraming(f *testing.F) {
	for _, s := range []string{"a d7:command4:pinge", "a deb d1:ali1e0:ee", "a {\"x\":\"\\\"}\"}\nb de", "x d07:command4:pinge", "a d1:ai-0eee", "a d65536:"} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		if size < 1 || size > len(in) {
			size = 1
		}
		whole, rest, err := split(in, max(1, len(in)))
		pieces, otherRest, otherErr := split(in, size)
		if fmt.Sprint(whole) != fmt.Sprint(pieces) || rest != otherRest || (err == nil) != (otherErr == nil) {
			t.Fatalf("whole %q %q %v, in pieces of %d %q %q %v", whole, rest, err, size, pieces, otherRest, otherErr)
		}
		cookie, document := ng.SplitCookie(in)
		if cookie == nil || len(cookie) > ng.MaxCookie || len(in) > ng.MaxStream {
			return
		}
		if _, _, err := ng.Decode(document); err != nil {
			return
		}
		if len(whole) == 0 || !bytes.HasPrefix(in, []byte(whole[0])) {
			t.Fatalf("a good document wasn't found: %q, %v", in, err)
		}
		if _, document := ng.SplitCookie([]byte(whole[0])); document != nil {
			if _, _, err := ng.Decode(document); err != nil {
				t.Fatalf("a good document was cut short: %q: %v", whole[0], err)
			}
		}
	})
}
