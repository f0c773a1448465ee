// Package top is a view of the live calls in a terminal, as top(1) is of
// processes: sorted, filtered, with one call in detail.
package top

import (
	"context"
	"time"
)

// Source is where the calls come from.
type Source interface {
	// Fetch asks for all calls. It is called again and again, never twice at a
	// time; an error says that the daemon didn't answer.
	Fetch(ctx context.Context) (Snapshot, error)
	// Detail describes one call in lines; they are shown as they are.
	Detail(ctx context.Context, callID string) ([]string, error)
	// Terminate ends a call.
	Terminate(ctx context.Context, callID string) error
}

// Snapshot is what the daemon says at one time.
type Snapshot struct {
	At     time.Time
	Daemon string // one line about it
	Uptime time.Duration
	Calls  []Call
}

// Call is one live call. Counts are those of RTP from all parties together.
type Call struct {
	ID      string        `json:"call-id"`
	Age     time.Duration `json:"-"`
	State   string        `json:"state"`
	Codec   string        `json:"codec"`
	Engine  string        `json:"engine"` // who forwards its packets: kernel, user, both, or "" while nothing is forwarded
	Packets uint64        `json:"packets"`
	Lost    uint64        `json:"lost"`
	Drops   uint64        `json:"drops"`
	Jitter  time.Duration `json:"-"` // the largest of its streams
	Idle    time.Duration `json:"-"` // since the last packet of any stream; negative before one
}

// row is a call with what follows from the snapshot before.
type row struct {
	Call
	rate     float64 // packets per second
	dropping bool    // drops grew
}

// loss is the part of the packets that was lost.
func (c *Call) loss() float64 {
	if c.Packets+c.Lost == 0 {
		return 0
	}
	return float64(c.Lost) / float64(c.Packets+c.Lost)
}

// rows joins a snapshot with the one before; before may be nil.
func rows(now, before *Snapshot) []row {
	old := map[string]*Call{}
	var elapsed float64
	// A daemon that was started again begins its counts anew.
	if before != nil && now.Uptime >= before.Uptime {
		elapsed = now.At.Sub(before.At).Seconds()
		for i := range before.Calls {
			old[before.Calls[i].ID] = &before.Calls[i]
		}
	}
	list := make([]row, len(now.Calls))
	for i, c := range now.Calls {
		list[i].Call = c
		if o := old[c.ID]; o != nil && elapsed > 0 && c.Packets >= o.Packets {
			list[i].rate = float64(c.Packets-o.Packets) / elapsed
			list[i].dropping = c.Drops > o.Drops
		}
	}
	return list
}
