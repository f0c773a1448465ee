package page

import (
	"cmp"
	"slices"
	"time"

	"rtpgo/call"
)

// What makes a call one to look at.
const (
	// settling is how long after its start a call may be without media: it
	// rings, or ICE and DTLS are at work.
	settling    = 15 * time.Second
	badLoss     = 0.03                  // of the packets now
	badJitter   = 50 * time.Millisecond // half of what telephones commonly buffer
	badDrops    = 1.0                   // per second
	maxAttended = 8                     // calls that the overview lists
)

// fault says in a few words why somebody should look at a call, "" if nobody
// has to.
func (s *snapshot) fault(i int) string {
	c, r := &s.calls[i], &s.rates[i]
	old := s.at.Sub(c.Created) >= settling
	switch {
	case c.Condition == "one-way" && old:
		return "only one side sends"
	case c.Condition == "no media" && old:
		return "no packet from either side"
	case c.Condition == "silent":
		return "nothing arrives any more"
	case c.Condition == call.Offered || c.Condition == call.Deleted:
		return ""
	case r.loss >= badLoss && r.packets > 5:
		return "packets are lost"
	case r.drops >= badDrops:
		return "packets are dropped"
	case jitter(c) >= badJitter && r.packets > 5:
		return "packets come unevenly"
	}
	return ""
}

// attention lists the calls that somebody should look at: those without media
// before those with bad media, and of each kind the youngest first, for these
// can still be asked about.
func (s *snapshot) attention() attentionJSON {
	var found []int
	for i := range s.calls {
		if s.fault(i) != "" {
			found = append(found, i)
		}
	}
	silent := func(i int) int {
		switch s.calls[i].Condition {
		case "one-way", "no media", "silent":
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Or(cmp.Compare(silent(a), silent(b)), cmp.Compare(b, a)) })
	list := attentionJSON{Count: len(found), Calls: []rowJSON{}}
	for _, i := range found[:min(maxAttended, len(found))] {
		list.Calls = append(list.Calls, s.row(i))
	}
	return list
}
