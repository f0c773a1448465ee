package top

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// column is one of the table's.
type column struct {
	name  string
	width int // 0 for the one that takes what is left
	left  bool
	text  func(*row) string
	// less orders two rows as the column does first: largest, worst or first
	// of the alphabet on top.
	compare func(a, b *row) int
}

var columns = []column{
	{"CALL-ID", 0, true, func(r *row) string { return r.ID }, func(a, b *row) int { return strings.Compare(a.ID, b.ID) }},
	{"AGE", 7, false, func(r *row) string { return age(r.Age) }, func(a, b *row) int { return cmp.Compare(b.Age, a.Age) }},
	{"STATE", 8, true, func(r *row) string { return r.State }, func(a, b *row) int { return cmp.Compare(badness(a.State), badness(b.State)) }},
	{"CODEC", 5, true, func(r *row) string { return r.Codec }, func(a, b *row) int { return strings.Compare(a.Codec, b.Codec) }},
	{"PKT/S", 5, false, func(r *row) string { return fmt.Sprintf("%.0f", r.rate) }, func(a, b *row) int { return cmp.Compare(b.rate, a.rate) }},
	{"LOSS%", 5, false, func(r *row) string { return fmt.Sprintf("%.1f", 100*r.loss()) }, func(a, b *row) int { return cmp.Compare(b.loss(), a.loss()) }},
	{"JIT ms", 6, false, func(r *row) string { return fmt.Sprintf("%.1f", float64(r.Jitter)/float64(time.Millisecond)) }, func(a, b *row) int { return cmp.Compare(b.Jitter, a.Jitter) }},
	{"IDLE", 4, false, func(r *row) string { return idle(r.Idle) }, func(a, b *row) int { return cmp.Compare(b.Idle, a.Idle) }},
	{"DROPS", 5, false, func(r *row) string { return count(r.Drops) }, func(a, b *row) int { return cmp.Compare(b.Drops, a.Drops) }},
	{"ENGINE", 6, true, func(r *row) string { return r.Engine }, func(a, b *row) int { return strings.Compare(a.Engine, b.Engine) }},
}

// byAge is the column that the table is sorted by at first.
const byAge = 1

// badness puts the states that an operator looks for first.
func badness(state string) int {
	switch state {
	case "one-way":
		return 0
	case "no media":
		return 1
	case "silent":
		return 2
	case "offered":
		return 3
	case "held":
		return 4
	case "up":
		return 5
	default:
		return 6
	}
}

// clock is a duration as 0:42, 5:07 or 26:05:07.
func clock(d time.Duration) string {
	s := int64(max(0, d) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// age is clock in seven characters: of long times the seconds don't matter.
func age(d time.Duration) string {
	switch hours := d / time.Hour; {
	case hours < 10:
		return clock(d)
	case hours < 100:
		return fmt.Sprintf("%dh%02dm", hours, d/time.Minute%60)
	default:
		return fmt.Sprintf("%dd%02dh", hours/24, hours%24)
	}
}

func idle(d time.Duration) string {
	switch {
	case d < 0:
		return "-"
	case d < 100*time.Second:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < 100*time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	default:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
}

// count is a number in at most five characters.
func count(n uint64) string {
	switch {
	case n < 1e5:
		return fmt.Sprint(n)
	case n < 1e7:
		return fmt.Sprintf("%dk", n/1e3)
	case n < 1e10:
		return fmt.Sprintf("%dM", n/1e6)
	default:
		return fmt.Sprintf("%dG", n/1e9)
	}
}

// columnOf finds a column by its name, without regard to case.
func columnOf(name string) (int, bool) {
	for i, c := range columns {
		if strings.EqualFold(c.name, name) || strings.EqualFold(strings.Fields(c.name)[0], name) {
			return i, true
		}
	}
	return 0, false
}
