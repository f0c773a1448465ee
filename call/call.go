package call

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Call is one SIP call: everything that shares a call-id. All fields but ID
// are guarded by mu.
type Call struct {
	ID string

	mu         sync.Mutex
	registry   *Registry
	dead       bool
	created    time.Time
	creator    netip.AddrPort // whose request began it
	lastSignal time.Time      // zero until an offer or answer was understood
	deleteAt   time.Time      // zero unless a delete with a delay is pending
	answered   bool
	reporting  bool // queued for a report
	parties    []*Party
	blocks     blocks // of the whole call
	warnedSide bool   // one direction= only: warned once
	fragments  []fragment
	exchanges  []Exchange // what is remembered of them
	log        eventLog
	offerer    *Party    // of the last offer
	answerAt   time.Time // of the first answer
	endReason  string    // of a call that is dead; "" for none in particular
	ahead      atomic.Pointer[ahead]
	settings
}

// settings are what requests say about a call as a whole.
type settings struct {
	metadata    string
	dtmfTo      netip.AddrPort // where its telephone events are sent; invalid: as the daemon's options say
	dropTraffic bool
	passthrough bool // the flag: ports and addresses are left alone
	piercing    bool // some media may have to open its peer's NAT
	tosSet      bool
	tos         int // of outgoing packets, when a request named one
}

func newCall(r *Registry, id string) *Call {
	return &Call{ID: id, registry: r, created: r.now()}
}

// close releases everything the call holds.
func (c *Call) close() {
	c.ahead.Store(nil)
	for _, p := range c.parties {
		for _, m := range p.medias {
			m.closePorts()
		}
	}
}

// party finds a party by tag or alias.
func (c *Call) party(tag string) *Party {
	if tag == "" {
		return nil
	}
	for _, p := range c.parties {
		if p.tag == tag {
			return p
		}
	}
	for _, p := range c.parties {
		if slices.Contains(p.aliases, tag) {
			return p
		}
	}
	return nil
}

// byBranch finds the party that an offer with this via-branch created.
func (c *Call) byBranch(branch string) *Party {
	if branch == "" {
		return nil
	}
	for _, p := range c.parties {
		if p.viaBranch == branch {
			return p
		}
	}
	return nil
}

// newParty adds a party; tag may be "".
func (c *Call) newParty(tag string) (*Party, error) {
	if len(c.parties) >= MaxPartiesPerCall {
		return nil, fmt.Errorf("call %s: more than %d parties", c.ID, MaxPartiesPerCall)
	}
	p := &Party{call: c, created: c.registry.now(), id: c.registry.tagSeq.Add(1)}
	c.parties = append(c.parties, p)
	c.setTag(p, tag)
	return p, nil
}

// maxAliases bounds the former names of a party: the oldest are forgotten.
const maxAliases = 16

// setTag names a party; a former name stays as an alias.
func (c *Call) setTag(p *Party, tag string) {
	if tag == "" || p.tag == tag {
		return
	}
	if p.tag != "" {
		from := max(0, len(p.aliases)+1-maxAliases)
		p.aliases = append(slices.Clone(p.aliases[from:]), p.tag)
	}
	p.tag = tag
	c.log.name(p)
}

// remove takes a party out of the call and releases its ports.
func (c *Call) remove(p *Party) {
	p.unsubscribe()
	c.event(p, nil, event{kind: evDelete, text: p.String()})
	for _, m := range p.medias {
		m.closePorts()
	}
	for i, q := range c.parties {
		if q == p {
			c.parties = append(c.parties[:i], c.parties[i+1:]...)
			break
		}
	}
}

// revive cancels a pending delete.
func (c *Call) revive() { c.deleteAt = time.Time{} }

// randomHex makes n random octets in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

const tokenChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// randomToken makes n random characters.
func randomToken(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = tokenChars[int(b[i])%len(tokenChars)]
	}
	return string(b)
}
