package play

import (
	"fmt"
	"io"
	"sync"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/sip"
)

// watcher reads the SIP messages of one side and notes which media address
// each call named in either direction, so that media ends can play the part
// of SIPp's telephones.
type watcher struct {
	mu     sync.Mutex
	calls  map[string]*legs
	err    error
	closer io.Closer
}

// legs are the last SDPs of a call that this side sent and received.
type legs struct {
	sent, received *phone.Section
	message        *sip.Message // the last one received
}

func watch(at Side) (*watcher, error) {
	w := &watcher{calls: map[string]*legs{}}
	var err error
	w.closer, err = lab.Sniff(at.Netns, "eth0", lab.SIPPort, w.see)
	return w, err
}

func (w *watcher) see(p lab.Sniffed) {
	m, err := sip.Parse(p.Payload)
	if err != nil || m.Body == "" {
		return
	}
	_, sections, err := phone.ParseSDP(m.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || len(sections) != 1 {
		w.err = fmt.Errorf("%s: %q: %w", m, m.Body, err)
		return
	}
	id := m.Get("Call-ID")
	c := w.calls[id]
	if c == nil {
		c = &legs{}
		w.calls[id] = c
	}
	if p.Outgoing {
		c.sent = &sections[0]
	} else {
		c.received, c.message = &sections[0], m
	}
}

// lastReceived gives each call's last message with SDP that came to this side.
func (w *watcher) lastReceived() (messages []*sip.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if c.message != nil {
			messages = append(messages, c.message)
		}
	}
	return messages
}

// pair gives the calls that have named all their addresses on both sides, and
// tells the media ends, found by their port, where to send: a of the caller's
// side, b of the gateway's.
func pair(callers, gateways *watcher, a, b *phone.Media) (pairs [][2]*phone.End, err error) {
	for _, w := range []*watcher{callers, gateways} {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.err != nil {
			return nil, lab.Fatal(w.err)
		}
	}
	for id, out := range callers.calls {
		in := gateways.calls[id]
		if in == nil || out.sent == nil || out.received == nil || in.sent == nil || in.received == nil {
			continue
		}
		from, to := endOf(a, *out.sent), endOf(b, *in.sent)
		if from == nil || to == nil {
			return nil, lab.Fatal(fmt.Errorf("call %s: nobody has %v or %v", id, out.sent.RTP, in.sent.RTP))
		}
		from.Remote, to.Remote = *out.received, *in.received
		pairs = append(pairs, [2]*phone.End{from, to})
	}
	return pairs, nil
}

// endOf finds the end that an SDP names.
func endOf(m *phone.Media, s phone.Section) *phone.End {
	for _, e := range m.Ends {
		if e.Local() == s.RTP {
			return e
		}
	}
	return nil
}
