package media

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
)

// fakePort is a port without a socket.
type fakePort struct{ local netip.AddrPort }

func (p *fakePort) Local() netip.AddrPort             { return p.local }
func (p *fakePort) Install(*Flow)                     {}
func (p *fakePort) Send([]byte, netip.AddrPort) error { return nil }
func (p *fakePort) Close() error                      { return nil }
func ap(s string) netip.AddrPort                      { return netip.MustParseAddrPort(s) }
func testStream(local string) *Stream                 { return NewStream(&fakePort{ap(local)}) }
func testStreamTo(local, remote string) (s *Stream) {
	s = testStream(local)
	s.SetRemote(ap(remote))
	return
}
func testRTP(pt uint8, seq uint16, ts, ssrc uint32, payload int) []byte {
	p := make([]byte, 12+payload)
	p[0], p[1] = 0x80, pt
	binary.BigEndian.PutUint16(p[2:], seq)
	binary.BigEndian.PutUint32(p[4:], ts)
	binary.BigEndian.PutUint32(p[8:], ssrc)
	for i := range payload {
		p[12+i] = byte(i)
	}
	return p
}

func testRTCP(ssrc uint32) []byte {
	p := make([]byte, 8)
	p[0], p[1], p[3] = 0x80, 201, 1
	binary.BigEndian.PutUint32(p[4:], ssrc)
	return p
}

// catcher is a batch that remembers what it sent.
type catcher struct {
	*Batch
	out []Outgoing
}

func newCatcher(t testing.TB) *catcher {
	c := &catcher{}
	c.Batch = NewBatch(8, make([]byte, 8<<10), nil, func(o []Outgoing) { c.out = append(c.out, slices.Clone(o)...) })
	return c
}

// take returns what was sent since the last call.
func (c *catcher) take() []Outgoing {
	c.Flush()
	o := c.out
	c.out = nil
	return o
}
