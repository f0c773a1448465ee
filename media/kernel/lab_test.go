package kernel

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// host is a network namespace: what runs on its thread sees its devices.
type host struct {
	t    testing.TB
	work chan func()
	path string // of the namespace, for ip(8)
}

func newHost(t testing.TB) *host {
	t.Helper()
	h := &host{t: t, work: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread, and the namespace, end with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		h.path = fmt.Sprintf("/proc/%d/task/%d/ns/net", unix.Getpid(), unix.Gettid())
		ready <- err
		for f := range h.work {
			f()
		}
	}()
	if err := <-ready; err != nil {
		t.Fatalf("network namespace: %v", err)
	}
	t.Cleanup(func() { close(h.work) })
	return h
}

func (h *host) run(f func()) {
	done := make(chan struct{})
	h.work <- func() { defer close(done); f() }
	<-done
}

// ip runs ip(8) once per line.
func (h *host) ip(lines string) {
	h.t.Helper()
	var err error
	h.run(func() { err = runIP(lines) })
	if err != nil {
		h.t.Fatal(err)
	}
}

func runIP(lines string) error {
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %v: %s", line, err, out)
		}
	}
	return nil
}

// lab is a proxy (this process) between two hosts: a has 198.18.0.2 and
// fd00:a::2, b 198.18.1.2 and fd00:b::2; the proxy's addresses end in 1.
type lab struct {
	testing.TB
	a, b *host
}

func newLab(t testing.TB) *lab {
	t.Helper()
	if noNamespace != "" {
		t.Skip(noNamespace)
	}
	l := &lab{t, newHost(t), newHost(t)}
	l.link("pub0", l.a, "a0", 0)
	l.link("prv0", l.b, "b0", 1)
	return l
}

// ip runs ip(8) at the proxy.
func (l *lab) ip(lines string) {
	l.Helper()
	if err := runIP(lines); err != nil {
		l.Fatal(err)
	}
}

// link connects the proxy to a host by a pair of devices; n numbers the nets.
func (l *lab) link(here string, h *host, there string, n int) {
	l.Helper()
	letter := string(rune('a' + n))
	l.ip(fmt.Sprintf(`
		link add %[1]s type veth peer name %[2]s netns %[3]s
		addr add 198.18.%[4]d.1/24 dev %[1]s
		addr add fd00:%[5]s::1/64 dev %[1]s nodad
		link set %[1]s up`, here, there, h.path, n, letter))
	l.Cleanup(func() { _ = runIP("link del " + here) })
	h.ip(fmt.Sprintf(`
		link set lo up
		addr add 198.18.%[2]d.2/24 dev %[1]s
		addr add fd00:%[3]s::2/64 dev %[1]s nodad
		link set %[1]s up`, there, n, letter))
	if n < 2 {
		h.ip(fmt.Sprintf(`
			route replace default via 198.18.%[1]d.1
			route replace default via fd00:%[2]s::1`, n, letter))
	}
}

// checksumOffload switches a device's, as ethtool -K DEVICE tx does. Without
// it the sender computes checksums in full and the receiver checks them.
func checksumOffload(device string, on bool) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	value := struct{ command, data uint32 }{command: 0x17} // ETHTOOL_STXCSUM
	if on {
		value.data = 1
	}
	var request struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	copy(request.name[:], device)
	request.data = unsafe.Pointer(&value)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	runtime.KeepAlive(&value)
	if errno != 0 {
		return fmt.Errorf("checksum offload of %s: %w", device, errno)
	}
	return nil
}

// phone is a UDP socket of a host.
type phone struct {
	t    testing.TB
	conn *net.UDPConn
	addr netip.AddrPort
}

// phone opens a socket at an address; on host nil at the proxy itself.
func (l *lab) phone(h *host, at string) *phone {
	l.Helper()
	var conn *net.UDPConn
	var err error
	open := func() {
		conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(at), 0)))
	}
	if h == nil {
		open()
	} else {
		h.run(open)
	}
	if err != nil {
		l.Fatal(err)
	}
	_ = conn.SetReadBuffer(4 << 20)
	l.Cleanup(func() { conn.Close() })
	addr := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return &phone{l.TB, conn, netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())}
}

func (p *phone) send(to netip.AddrPort, pkts ...[]byte) {
	p.t.Helper()
	for _, pkt := range pkts {
		if _, err := p.conn.WriteToUDPAddrPort(pkt, to); err != nil {
			p.t.Fatalf("send to %s: %v", to, err)
		}
	}
}

// receive returns the next packet; empty when none comes within d.
func (p *phone) receive(d time.Duration) (pkt []byte, from netip.AddrPort) {
	p.t.Helper()
	buf := make([]byte, 65536)
	_ = p.conn.SetReadDeadline(time.Now().Add(d))
	n, from, err := p.conn.ReadFromUDPAddrPort(buf)
	if err != nil {
		return nil, from
	}
	return buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

func (p *phone) expect(from netip.AddrPort, want []byte) {
	p.t.Helper()
	got, src := p.receive(5 * time.Second)
	if string(got) != string(want) || src != from {
		p.t.Fatalf("at %s: %d octets %.20x from %s; want %d octets %.20x from %s", p.addr, len(got), got, src, len(want), want, from)
	}
}

// side is one side of a call.
type side struct {
	l      *lab
	port   media.Port
	stream *media.Stream
	phone  *phone
	flow   media.Flow
	seq    uint16
	ssrc   uint32
}

func (l *lab) side(e media.Engine, at string, p *phone, portNumber uint16) *side {
	l.Helper()
	port, err := e.Open(netip.AddrPortFrom(netip.MustParseAddr(at), portNumber))
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() { port.Close() })
	s := &side{l: l, port: port, stream: media.NewStream(port), phone: p, ssrc: uint32(portNumber)}
	s.stream.SetRemote(p.addr)
	s.flow = media.Flow{Stream: s.stream}
	return s
}

// call connects two sides and lets one packet pass each way.
func (l *lab) call(a, b *side) {
	l.Helper()
	a.flow.RTP, b.flow.RTP = []media.Sink{{To: b.stream}}, []media.Sink{{To: a.stream}}
	a.flow.RTCP, b.flow.RTCP = a.flow.RTP, b.flow.RTP
	a.install()
	b.install()
	a.passes(b)
	b.passes(a)
}

func (s *side) install() {
	f := s.flow
	s.port.Install(&f)
}

// rtp is the next packet of the side's phone.
func (s *side) rtp(payload int) []byte {
	s.seq++
	p := make([]byte, 12+payload)
	p[0] = 0x80
	binary.BigEndian.PutUint16(p[2:], s.seq)
	binary.BigEndian.PutUint32(p[4:], uint32(s.seq)*160)
	binary.BigEndian.PutUint32(p[8:], s.ssrc)
	for i := range payload {
		p[12+i] = byte(i + int(s.seq))
	}
	return p
}

// passes requires that a packet gets from s's phone to to's.
func (s *side) passes(to *side) {
	s.l.Helper()
	pkt := s.rtp(160)
	s.phone.send(s.port.Local(), pkt)
	to.phone.expect(to.port.Local(), pkt)
}

// kernelPackets is how many packets the kernel forwarded for the side's entry.
func (s *side) kernelPackets() uint64 {
	if e := s.port.(*port).entry.Load(); e != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.slot.Packets
	}
	return 0
}

// byKernel requires that f makes the kernel forward n packets of s.
func (s *side) byKernel(n uint64, f func()) {
	s.l.Helper()
	before := s.kernelPackets()
	f()
	if got := s.kernelPackets() - before; got != n {
		s.l.Fatalf("the kernel forwarded %d packets that came to %s, want %d", got, s.port.Local(), n)
	}
}

var addresses = map[string][2][2]string{ // family of side: local address, phone
	"4": {{"198.18.0.1", "198.18.0.2"}, {"198.18.1.1", "198.18.1.2"}},
	"6": {{"fd00:a::1", "fd00:a::2"}, {"fd00:b::1", "fd00:b::2"}},
}

// established makes a call between the hosts whose flows are in the kernel.
func (l *lab) established(e media.Engine, families string) (a, b *side) {
	l.Helper()
	at := func(i int) [2]string { return addresses[families[i:i+1]][i] }
	a = l.side(e, at(0)[0], l.phone(l.a, at(0)[1]), 30000)
	b = l.side(e, at(1)[0], l.phone(l.b, at(1)[1]), 40000)
	l.call(a, b)
	l.inKernel(a, b)
	return a, b
}

// inKernel waits until the flows of these sides are in the kernel, with their
// gates open.
func (l *lab) inKernel(sides ...*side) {
	l.Helper()
	for _, s := range sides {
		wait(l.TB, func() bool { return s.stream.Kernelized() && passes(s.port) }, func() string { return Why(s.port) })
	}
}

// passes tells whether the program lets packets of a port pass: neither it nor
// its sink has moved since the entry was made.
func passes(p media.Port) bool {
	k := p.(*port)
	k.mu.Lock()
	defer k.mu.Unlock()
	en, q := k.entry.Load(), sinkPort(k.flow)
	return en != nil && q != nil && en.flow.Passage == passage(k.gate, q.gate)
}

func (l *lab) engine(o Options) *Engine {
	l.Helper()
	e := newTestEngine(l.TB, o)
	l.Cleanup(func() {
		if err := e.Close(); err != nil {
			l.Error(err)
		}
	})
	return e
}
