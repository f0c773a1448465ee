package lab

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/jackpal/bencode-go"
)

// Exchange is one NG request of Kamailio with the reply it got.
type Exchange struct {
	At      time.Time
	Cookie  string
	Request map[string]any
	// Reply is nil while there is none.
	Reply map[string]any
	// Asked and Answered count the datagrams, to show retransmissions.
	Asked, Answered int
	// Changed is set when a repeated reply differs from the first one.
	Changed bool

	first []byte
}

// Command is the request's command.
func (e *Exchange) Command() string { return text(e.Request, "command") }

// CallID is the request's call-id.
func (e *Exchange) CallID() string { return text(e.Request, "call-id") }

func text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

// Tap records the bencoded NG messages on the host's loopback interface
// without standing in their way.
type Tap struct {
	mu        sync.Mutex
	exchanges []*Exchange
	byCookie  map[string]*Exchange
	sniffer   io.Closer
}

func openTap(ns *Netns, port int) (*Tap, error) {
	t := &Tap{byCookie: map[string]*Exchange{}}
	var err error
	t.sniffer, err = Sniff(ns, "lo", port, func(p Sniffed) {
		// The loopback interface shows every packet twice.
		if !p.Outgoing {
			t.record(p.SourcePort == port, p.Payload)
		}
	})
	return t, err
}

// Close ends the recording.
func (t *Tap) Close() error { return t.sniffer.Close() }

// Exchanges returns copies of what was said about a call-id, in the order of
// the requests, or of everything for an empty call-id.
func (t *Tap) Exchanges(callID string) []Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []Exchange
	for _, e := range t.exchanges {
		if callID == "" || e.CallID() == callID {
			found = append(found, *e)
		}
	}
	return found
}

// Forget drops what was recorded.
func (t *Tap) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exchanges, t.byCookie = nil, map[string]*Exchange{}
}

func (t *Tap) record(reply bool, datagram []byte) {
	cookie, body, ok := bytes.Cut(datagram, []byte(" "))
	if !ok || len(body) == 0 || body[0] != 'd' {
		return
	}
	value, err := bencode.Decode(bytes.NewReader(body))
	dict, isDict := value.(map[string]any)
	if err != nil || !isDict {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.byCookie[string(cookie)]
	switch {
	case e == nil && !reply:
		e = &Exchange{At: time.Now(), Cookie: string(cookie), Request: dict, Asked: 1}
		t.byCookie[e.Cookie] = e
		t.exchanges = append(t.exchanges, e)
	case e == nil:
		// Begun before the recording.
	case !reply:
		e.Asked++
	case e.Reply == nil:
		e.Reply, e.Answered, e.first = dict, 1, bytes.Clone(body)
	default:
		e.Answered++
		e.Changed = e.Changed || !bytes.Equal(e.first, body)
	}
}
