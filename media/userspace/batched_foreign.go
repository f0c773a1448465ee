package userspace

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
)

// foreignPorts knows which UDP ports other programs have bound: steering them
// would take their packets.
type foreignPorts struct {
	files []*os.File // of the engine's network namespace
	own   map[uint16]bool
	check func(netip.AddrPort)
	bound atomic.Pointer[map[netip.AddrPort]bool]
}

// newForeignPorts opens what look reads. Ports in own, on the loopback address,
// don't count. check is called for each port that appeared.
func newForeignPorts(own map[uint16]bool, check func(netip.AddrPort)) *foreignPorts {
	f := &foreignPorts{own: own, check: check}
	f.bound.Store(new(map[netip.AddrPort]bool))
	for _, name := range []string{"/proc/thread-self/net/udp", "/proc/thread-self/net/udp6"} {
		if file, err := os.Open(name); err == nil {
			f.files = append(f.files, file)
		}
	}
	return f
}

func (f *foreignPorts) close() {
	for _, file := range f.files {
		_ = file.Close()
	}
}

// hold tells whether another program had the port bound at the last look.
func (f *foreignPorts) hold(addr netip.Addr, port uint16) bool {
	bound := *f.bound.Load()
	if len(bound) == 0 {
		return false
	}
	return bound[netip.AddrPortFrom(addr, port)] || bound[netip.AddrPortFrom(netip.IPv6Unspecified(), port)] ||
		addr.Is4() && bound[netip.AddrPortFrom(netip.IPv4Unspecified(), port)]
}

// look reads the kernel's list of sockets: some 100 µs.
func (f *foreignPorts) look() {
	bound := make(map[netip.AddrPort]bool)
	for _, file := range f.files {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			continue
		}
		list, err := io.ReadAll(file)
		if err != nil {
			continue
		}
		parseBound(list, func(ap netip.AddrPort) {
			if !f.own[ap.Port()] || !ap.Addr().IsLoopback() {
				bound[ap] = true
			}
		})
	}
	old := *f.bound.Swap(&bound)
	for ap := range bound {
		if !old[ap] {
			f.check(ap)
		}
	}
}

// parseBound reads /proc/net/udp or udp6 and reports each socket that takes
// packets from anywhere. A connected one has the kernel's preference over
// steering.
func parseBound(list []byte, report func(netip.AddrPort)) {
	for line := range bytes.Lines(list) {
		f := bytes.Fields(line)
		if len(f) < 4 {
			continue
		}
		local, ok := parseProcAddr(f[1])
		remote, ok2 := parseProcAddr(f[2])
		if ok && ok2 && remote.Port() == 0 {
			report(local)
		}
	}
}

// parseProcAddr reads "0100007F:1F90": 32-bit words in the machine's order.
func parseProcAddr(text []byte) (netip.AddrPort, bool) {
	addr, portText, ok := bytes.Cut(text, []byte(":"))
	port, err := strconv.ParseUint(string(portText), 16, 16)
	if !ok || err != nil || len(addr) != 8 && len(addr) != 32 {
		return netip.AddrPort{}, false
	}
	var raw [16]byte
	n, err := hex.Decode(raw[:], addr)
	if err != nil {
		return netip.AddrPort{}, false
	}
	for i := 0; i < n; i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	a, _ := netip.AddrFromSlice(raw[:n])
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), true
}
