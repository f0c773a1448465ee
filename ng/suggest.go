package ng

import (
	"fmt"
	"strings"
)

// String names the word with a suggestion: what was probably meant, or what is
// wrong.
func (u UnknownFlag) String() string {
	s := fmt.Sprintf("%s: %q", u.Where, u.Name)
	switch hint := u.suggestion(); {
	case hint != "":
		return s + " (" + hint + ")"
	case u.Where == flags.where:
		return s + " (see docs/ng-flags.md)"
	}
	return s
}

func (u UnknownFlag) suggestion() string {
	if u.Hint != "" {
		return u.Hint
	}
	if near := Nearest(u.Where, u.Name); near != "" {
		return fmt.Sprintf("is %q meant?", near)
	}
	if u.Where != flags.where {
		return ""
	}
	name, _, hasValue := strings.Cut(u.Name, "=")
	switch {
	case hasValue && keys.find(name) != nil:
		return fmt.Sprintf("has no effect in this list; give the key %q", name)
	case strings.HasPrefix(u.Name, "RTP/"), strings.HasPrefix(u.Name, "UDP/TLS/"):
		return fmt.Sprintf("give the key \"transport-protocol\" or transport-protocol=%s", u.Name)
	case keys.find(u.Name) != nil:
		return "is a key, not a flag"
	}
	if near := Nearest(keys.where, u.Name); near != "" {
		return fmt.Sprintf("is the key %q meant?", near)
	}
	return ""
}

// Nearest is the known name of a place that is closest to name, or "" when none
// is close. where is as in UnknownFlag.
func Nearest(where, name string) string {
	const maxLen = 40
	if len(name) > maxLen {
		return ""
	}
	best, bestDistance := "", 1+min(3, len(name)/3)
	look := func(s *section) {
		for i := range s.words {
			for _, n := range s.words[i].names {
				if d := distance(name, n, bestDistance); d < bestDistance {
					best, bestDistance = n, d
				}
			}
		}
	}
	for _, s := range sections {
		if s.where == where {
			look(s)
		}
	}
	return best
}

// distance is the edit distance (insertions, deletions, replacements) of two
// names, letter case and the kind of separator counting nothing; at most limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var row [maxName + 1]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if fold(a[i]) != fold(b[j]) {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}

func fold(c byte) byte {
	switch {
	case c == ' ' || c == '_':
		return '-'
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A'
	}
	return c
}
