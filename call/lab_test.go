package call

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/media/memory"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// lab is a registry on the engine without sockets, whose time stands still but
// for pass. At the end of the test everything must have been given back.
type lab struct {
	testing.TB
	r      *Registry
	engine *memory.Engine
	logs   *observer.ObservedLogs
	ahead  atomic.Int64 // ns that the lab's time is ahead
	clock  sync.Mutex   // the registry has one clock
	ids    atomic.Int64
}

// newLab makes a lab with the interfaces public (192.0.2.1, 2001:db8::1) and
// private (10.0.0.1).
func newLab(tb testing.TB, change func(*Config)) *lab {
	tb.Helper()
	return newLabOn(tb, []string{"public/192.0.2.1", "private/10.0.0.1", "public/2001:db8::1"}, change)
}

func newLabOn(tb testing.TB, specs []string, change func(*Config)) *lab {
	tb.Helper()
	set, err := interfaces.Parse(specs, interfaces.PoolConfig{Min: 20000, Max: 29999})
	if err != nil {
		tb.Fatal(err)
	}
	l := &lab{TB: tb, engine: memory.New()}
	core, logs := observer.New(zap.WarnLevel)
	l.logs = logs
	cfg := Config{Interfaces: set, Engine: l.engine, Log: zap.New(core), TOS: -1}
	if change != nil {
		change(&cfg)
	}
	start := time.Now()
	l.r = newRegistry(cfg, func() time.Time { return start.Add(time.Duration(l.ahead.Load())) })
	l.r.packetNow = func() int64 { return media.Now() + l.ahead.Load() }
	tb.Cleanup(func() {
		l.r.Close()
		l.empty()
		l.engine.Close()
	})
	return l
}

// pass lets time go by, with what happens at its end.
func (l *lab) pass(d time.Duration) {
	l.clock.Lock()
	defer l.clock.Unlock()
	l.ahead.Add(int64(d))
	l.r.tick()
	l.r.reportDue()
}

// empty checks that no port is left.
func (l *lab) empty() {
	l.Helper()
	for _, p := range l.r.Interfaces.Pools() {
		if p.Used() != 0 {
			l.Errorf("%d ports are still taken", p.Used())
		}
	}
	if ports := l.engine.Ports(); len(ports) != 0 {
		l.Errorf("ports still open: %v", ports)
	}
}

func kv(key string, value any) ng.Pair { return ng.Pair{Key: key, Value: value} }

func flags(words ...string) ng.Pair { return kv("flags", strs(words...)) }

func strs(words ...string) ng.List {
	l := ng.List{}
	for _, w := range words {
		l = append(l, w)
	}
	return l
}

// description is one with the given lines behind its session part.
func description(addr string, lines ...string) string {
	family := "IP4"
	if strings.Contains(addr, ":") {
		family = "IP6"
	}
	return "v=0\r\no=- 1 1 IN " + family + " " + addr + "\r\ns=-\r\nc=IN " + family + " " + addr + "\r\nt=0 0\r\n" +
		strings.Join(lines, "\r\n") + "\r\n"
}

// do sends one request.
func (l *lab) do(command string, keys ...ng.Pair) ng.Dict {
	l.Helper()
	req, _, err := ng.Decode(ng.Bencode.Append(nil, append(ng.Dict{kv("command", command)}, keys...)))
	if err != nil {
		l.Fatal(err)
	}
	return l.r.HandleNG(context.Background(), req)
}

// mustRefuse sends a request that is answered by an error with that reason.
func (l *lab) mustRefuse(reason, command string, keys ...ng.Pair) {
	l.Helper()
	if d := l.do(command, keys...); d.Text("result") != "error" || d.Text("error-reason") != reason {
		l.Errorf("%s is answered %v, want %q", command, d, reason)
	}
}

// talk is one call between two ends; a is the one that began.
type talk struct {
	*lab
	id, a, b string
}

func (l *lab) call() *talk {
	return &talk{lab: l, id: fmt.Sprint("call-", l.ids.Add(1)), a: "a", b: "b"}
}

// exchange sends an offer or answer and returns the description for the other
// side.
func (k *talk) exchange(command, from, to, sdp string, keys ...ng.Pair) *sdpedit.Session {
	k.Helper()
	d := k.do(command, append([]ng.Pair{kv("call-id", k.id), kv("from-tag", from), kv("to-tag", to), kv("sdp", sdp)}, keys...)...)
	if d.Text("result") != "ok" {
		k.Fatalf("%s is answered %v", command, d)
	}
	s, err := sdpedit.Parse(d.Text("sdp"))
	if err != nil {
		k.Fatalf("%s: %v\n%s", command, err, d.Text("sdp"))
	}
	return s
}

// offer is a's first one: to-tag isn't known yet.
func (k *talk) offer(sdp string, keys ...ng.Pair) *sdpedit.Session {
	k.Helper()
	d := k.do("offer", append([]ng.Pair{kv("call-id", k.id), kv("from-tag", k.a), kv("sdp", sdp)}, keys...)...)
	s, err := sdpedit.Parse(d.Text("sdp"))
	if d.Text("result") != "ok" || err != nil {
		k.Fatalf("offer is answered %v, %v", d, err)
	}
	return s
}

func (k *talk) reoffer(sdp string, keys ...ng.Pair) *sdpedit.Session {
	k.Helper()
	return k.exchange("offer", k.a, k.b, sdp, keys...)
}

func (k *talk) answer(sdp string, keys ...ng.Pair) *sdpedit.Session {
	k.Helper()
	return k.exchange("answer", k.a, k.b, sdp, keys...)
}

// delete ends the call at once.
func (k *talk) delete() {
	k.Helper()
	if d := k.do("delete", kv("call-id", k.id), kv("from-tag", k.a), kv("delete-delay", 0)); d.Text("result") != "ok" {
		k.Errorf("delete is answered %v", d)
	}
}

// model is the call itself, locked until the end of f.
func (k *talk) model(f func(c *Call)) {
	k.Helper()
	c := k.r.lookup(k.id)
	if c == nil {
		k.Fatal("there is no such call")
	}
	defer c.mu.Unlock()
	f(c)
}

// facing is the RTP port of the first section that faces a party.
func (k *talk) facing(tag string) (addr netip.AddrPort) {
	k.model(func(c *Call) {
		addr, _ = c.party(tag).medias[0].set.primary().addr(rtp)
	})
	return addr
}

// at is the address and port of a section.
func at(s *sdpedit.Session, section int) netip.AddrPort {
	m := s.Medias[section]
	return netip.AddrPortFrom(m.Connection, uint16(m.Port))
}

// next is the port behind another.
func next(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), a.Port()+1) }

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// send delivers a packet to a port of ours and returns what leaves because of
// it, as "from > to".
func (l *lab) send(src, port netip.AddrPort, pkt []byte) []memory.Packet {
	l.Helper()
	l.engine.Sent()
	l.engine.InjectAt(port, src, pkt, media.Now()+l.ahead.Load())
	return l.engine.Sent()
}

// rtpOf is an RTP packet of a payload type.
func rtpOf(pt uint8, seq uint16) []byte {
	p := make([]byte, 12+160)
	p[0], p[1] = 0x80, pt
	binary.BigEndian.PutUint16(p[2:], seq)
	binary.BigEndian.PutUint32(p[4:], uint32(seq)*160)
	p[11] = 1
	return p
}

// rtcpReport is a receiver report, with a feedback packet (PLI) behind it.
func rtcpReport(feedback bool) []byte {
	p := []byte{0x80, 201, 0, 1, 0, 0, 0, 7}
	if feedback {
		p = append(p, 0x81, 206, 0, 2, 0, 0, 0, 7, 0, 0, 0, 8)
	}
	return p
}
