package call

import (
	"strings"
	"sync/atomic"
	"time"

	"rtpgo/ng"
)

// Exchange is one offer or answer: the description as its sender wrote it and
// as it went on to the other side. Keys and passwords are masked.
type Exchange struct {
	At       time.Time
	Command  string // offer or answer
	From, To string // tags; To is "" before it is known
	Before   string // SDP, masked
	After    string
}

// Bounds of what --listen-http and --listen-https make a registry remember. Of a
// call its first two exchanges and the latest ones are kept.
const (
	maxExchanges      = 8
	firstExchanges    = 2
	maxExchangeText   = 16 << 10 // bytes of one description, less is kept of a longer one
	maxSignallingText = 64 << 20 // bytes of all calls together, beyond that nothing is added
)

// signalling is what a registry remembers of descriptions; the zero value
// remembers nothing.
type signalling struct {
	on   atomic.Bool
	size atomic.Int64
}

// KeepSignalling makes the registry remember the descriptions of calls, masked,
// from now on.
func (r *Registry) KeepSignalling() { r.signalling.on.Store(true) }

// Signalling lists the exchanges that are remembered of a call that is up or has
// ended lately, in their order.
func (r *Registry) Signalling(id string) []Exchange {
	c := r.lookup(id)
	if c == nil {
		if k := r.ended.find(id); k != nil {
			return k.exchanges // nobody changes them any more
		}
		return nil
	}
	defer c.mu.Unlock()
	return append([]Exchange(nil), c.exchanges...)
}

// remember keeps an exchange that was carried out.
func (x *exchange) remember(body string) {
	keep := &x.r.signalling
	if !keep.on.Load() {
		return
	}
	e := Exchange{
		At: x.r.now(), Command: "answer", From: x.sender.tag,
		Before: bounded(ng.WithoutSecrets(x.req.SDP.Value)), After: bounded(ng.WithoutSecrets(body)),
	}
	if x.offering {
		e.Command = "offer"
	}
	if x.receiver != nil {
		e.To = x.receiver.tag
	}
	c := x.c
	if len(c.exchanges) == maxExchanges {
		keep.size.Add(-c.exchanges[firstExchanges].size())
		c.exchanges = append(c.exchanges[:firstExchanges:firstExchanges], c.exchanges[firstExchanges+1:]...)
	}
	if keep.size.Add(e.size()) > maxSignallingText {
		keep.size.Add(-e.size())
		return
	}
	c.exchanges = append(c.exchanges, e)
}

// forget gives the room of exchanges back.
func (s *signalling) forget(list []Exchange) {
	for i := range list {
		s.size.Add(-list[i].size())
	}
}

func (e *Exchange) size() int64 { return int64(len(e.Before) + len(e.After)) }

// bounded cuts a description at the end of a line.
func bounded(text string) string {
	if len(text) <= maxExchangeText {
		return text
	}
	text = text[:maxExchangeText]
	return strings.Clone(text[:strings.LastIndexByte(text, '\n')+1])
}
