package call

import "time"

// SilentAfter is how long nothing may arrive before a stream counts as silent.
const SilentAfter = 10 * time.Second

// Arrivals count the RTP streams of a call that we receive, unless they are on
// hold: how many are due, how many ever brought a packet, how many did within
// SilentAfter.
type Arrivals struct{ Expected, Ever, Now int }

// Condition is the state of a call as an operator asks for it: signalling's
// state, and once that is answered what arrives.
func (a Arrivals) Condition(state string) string {
	switch {
	case state != Answered:
		return state
	case a.Expected == 0:
		return "held"
	case a.Ever == 0:
		return "no media"
	case a.Now == 0:
		return "silent"
	case a.Ever < a.Expected:
		return "one-way"
	default:
		return "up"
	}
}

// States of a call's signalling.
const (
	Offered  = "offered"
	Answered = "answered"
	Deleted  = "deleted"
)

// state is that of a locked call.
func (c *Call) state() string {
	switch {
	case !c.deleteAt.IsZero():
		return Deleted
	case c.answered:
		return Answered
	default:
		return Offered
	}
}
