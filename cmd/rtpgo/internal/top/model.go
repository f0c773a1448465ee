package top

import (
	"slices"
	"strings"
	"time"
)

// mode is what the keys mean and the screen shows.
type mode uint8

const (
	listing mode = iota
	filtering
	detailing
	confirming // that the selected call be ended
	helping
)

// model is the state of the view. It is changed by snapshots and keys alone
// and knows no terminal.
type model struct {
	last   *Snapshot
	rows   []row // all calls
	shown  []int // indices of those that pass the filter, in order
	failed error // why the last question wasn't answered; nil when it was
	since  time.Time
	paused bool

	sort     int // index into columns
	reversed bool
	filter   string
	before   string // the filter before it was edited

	selected string // call-id, "" for none
	about    string // the call in detail, or to be ended: the selection may move on
	cursor   int    // its place in shown
	offset   int    // first line of shown on the screen
	height   int    // lines of the table, from the last drawing

	mode    mode
	from    mode // confirming and helping go back there
	detail  []string
	wrapped []string // detail as wide as the screen, from the last drawing
	scroll  int
	message string // about the last thing done
}

func newModel() *model { return &model{sort: byAge, height: 20} }

// update takes a new snapshot or the error instead of one.
func (m *model) update(s *Snapshot, err error, now time.Time) {
	if err != nil {
		if m.failed == nil {
			m.since = now
		}
		m.failed = err
		return
	}
	m.failed = nil
	m.rows = rows(s, m.last)
	m.last = s
	m.arrange()
}

// arrange filters and sorts, and keeps the selected call selected if the user
// has moved to it.
func (m *model) arrange() {
	m.shown = m.shown[:0]
	want := strings.ToLower(m.filter)
	for i := range m.rows {
		if m.rows[i].matches(want) {
			m.shown = append(m.shown, i)
		}
	}
	compare := columns[m.sort].compare
	slices.SortStableFunc(m.shown, func(i, j int) int {
		a, b := &m.rows[i], &m.rows[j]
		n := compare(a, b)
		if m.reversed {
			n = -n
		}
		if n == 0 {
			n = strings.Compare(a.ID, b.ID)
		}
		return n
	})
	// The first line is for whichever call comes first.
	if m.cursor > 0 {
		if n := slices.IndexFunc(m.shown, func(i int) bool { return m.rows[i].ID == m.selected }); n >= 0 {
			m.cursor = n
		}
	}
	m.move(0)
}

// matches looks for lower-case text in what names the call.
func (r *row) matches(text string) bool {
	if text == "" {
		return true
	}
	for _, s := range []string{r.ID, r.State, r.Codec, r.Engine} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}

// move moves the cursor, and the part of the table that is seen with it.
func (m *model) move(by int) {
	m.cursor = max(0, min(m.cursor+by, len(m.shown)-1))
	m.selected = ""
	if len(m.shown) > 0 {
		m.selected = m.rows[m.shown[m.cursor]].ID
	}
	m.offset = max(0, min(m.offset, m.cursor, len(m.shown)-1))
	if m.cursor >= m.offset+m.height {
		m.offset = m.cursor - m.height + 1
	}
}

// sortBy sorts by a column; by the one that is sorted by already the other way
// round.
func (m *model) sortBy(column int) {
	m.reversed = column == m.sort && !m.reversed
	m.sort = column
	m.cursor = 0
	m.arrange()
}

// sums adds up what the shown calls do.
func (m *model) sums() (rate float64, packets, lost, drops uint64) {
	for i := range m.rows {
		r := &m.rows[i]
		rate += r.rate
		packets, lost, drops = packets+r.Packets, lost+r.Lost, drops+r.Drops
	}
	return rate, packets, lost, drops
}
