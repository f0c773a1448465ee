package call

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"rtpgo/interfaces"
	"rtpgo/media"
)

// portSet is what was opened for one media towards one endpoint of the other
// side. A set stays with its media for the life of the call: packets sent to
// the former ports while a re-INVITE is under way still arrive, and a side
// that moves back finds its former ports again.
type portSet struct {
	// other is the RTP endpoint of the other side that this set was opened
	// for; zero until that is known.
	other  netip.AddrPort
	iface  *interfaces.Logical
	count  int // ports: 1 or 2
	locals []*localPorts

	narrow bool // ICE was off: what is shown later is the first address only

	told bool // of in the event log

	association association // DTLS on these ports
}

// localPorts are the ports of a set on one local address; sets of medias that
// speak ICE have several.
type localPorts struct {
	address *interfaces.Address
	ports   [2]media.Port
	streams [2]*media.Stream
	sums    *sums // of the address
	added   [2]added
	watch   [2]watched
}

// rtpAddr is the bound address and port of the RTP stream.
func (l *localPorts) addr(i int) (netip.AddrPort, bool) {
	if l.ports[i] == nil {
		return netip.AddrPort{}, false
	}
	return l.ports[i].Local(), true
}

// port is the number of a stream's port; 0 when it has none of its own.
func (l *localPorts) port(i int) int {
	if l.ports[i] == nil {
		return 0
	}
	return int(l.ports[i].Local().Port())
}

func (s *portSet) close() {
	for _, l := range s.locals {
		for i, p := range l.ports {
			if p != nil {
				p.Install(nil)
				p.Close()
				l.address.Ports.Release(l.ports[i].Local().Port())
				l.account(i, new(media.Tally))
				l.ports[i] = nil
			}
		}
	}
}

// eachStream calls f with the streams of a component on all ports that m has.
// If fresh, they hold what the kernel has counted until now; else some of it,
// of the last second, may be missing.
func (m *Media) eachStream(component int, fresh bool, f func(*localPorts, *media.Stream)) {
	for _, s := range m.sets {
		for _, l := range s.locals {
			st := l.streams[component]
			if st == nil {
				continue
			}
			if fresh && st.Kernelized() {
				st.Accelerator().Report()
			}
			f(l, st)
		}
	}
}

// primary are the ports on the address of the media's own family.
func (s *portSet) primary() *localPorts { return s.locals[0] }

// obtainPorts selects or opens the ports that face m's party while the other
// side is at the endpoint other (zero when unknown). Ports that were opened
// without ICE stay on their one address.
func (m *Media) obtainPorts(other netip.AddrPort, latch bool) error {
	count := 2
	if m.singlePort() {
		count = 1
	}
	if s := m.findSet(other, count, latch); s != nil {
		m.set = s
		if latch && m.ice.on && m.weReceive && other.IsValid() || !latch && !s.other.IsValid() {
			s.other = other
		}
		return nil
	}
	s := &portSet{other: other, iface: m.iface, count: count}
	if err := m.openLocal(s, m.localAddress()); err != nil {
		return err
	}
	if err := m.fillFamilies(s); err != nil {
		s.close()
		return err
	}
	if m.set != nil && m.ice.on {
		s.association = m.set.association // ICE finds the peer's way to the new ports
	}
	m.sets = append(m.sets, s)
	m.set = s
	return nil
}

// maxSets bounds the sets of a media. An end that takes another port with each
// re-INVITE gets its peer a set each time.
const maxSets = 8

// retire closes the oldest sets beyond the bound but for those in use. What they
// have counted stays.
func (m *Media) retire() {
	for i := 0; len(m.sets) > maxSets; {
		s := m.sets[i]
		if s == m.set || s == m.shown {
			i++
			continue
		}
		if m.retired == nil {
			m.retired = new([2]streamSum)
		}
		for c := range m.retired {
			for _, l := range s.locals {
				if l.streams[c] != nil {
					m.retired[c].addStream(l.streams[c], false)
				}
			}
			m.retired[c].ingress, m.retired[c].egress = nil, nil
		}
		s.close()
		m.sets = append(m.sets[:i:i], m.sets[i+1:]...)
	}
}

// findSet finds the set that serves an endpoint of the other side; latching on
// to the one in use it doesn't ask for its address, either. An unspecified address (hold in the way of RFC 2543) is compared by port alone.
func (m *Media) findSet(other netip.AddrPort, count int, latch bool) *portSet {
	if latch && m.set != nil && m.set.count >= count {
		return m.set
	}
	for i := len(m.sets) - 1; i >= 0; i-- {
		s := m.sets[i]
		if s.iface != m.iface || s.count < count || !s.family(m) {
			continue
		}
		if !other.IsValid() || !s.other.IsValid() || sameEndpoint(s.other, other) {
			return s
		}
	}
	return nil
}

func sameEndpoint(a, b netip.AddrPort) bool {
	if a.Addr().IsUnspecified() || b.Addr().IsUnspecified() {
		return a.Port() == b.Port()
	}
	return a == b
}

// family tells whether the set's first address is of the media's family.
func (s *portSet) family(m *Media) bool {
	return s.primary().address.Local.Is4() == m.localAddress().Local.Is4()
}

// fillFamilies opens ports on the interface's other addresses for a media
// that speaks ICE: each candidate address has ports of its own. Those of the
// first one's family come first, as in the reference.
func (m *Media) fillFamilies(s *portSet) error {
	if !m.ice.on || m.party.call.registry.OneAddress {
		return nil
	}
	first := s.primary().address
	family, other := interfaces.FamilyIPv4, interfaces.FamilyIPv6
	if first.Local.Is6() {
		family, other = other, family
	}
	for _, f := range [...]interfaces.Family{family, other} {
		for _, a := range m.iface.Addresses(f) {
			if a == first {
				continue
			}
			if err := m.openLocal(s, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxBindTries bounds the search for ports that no other program holds.
const maxBindTries = 50

func (m *Media) openLocal(s *portSet, a *interfaces.Address) error {
	if a == nil {
		return fmt.Errorf("media %d: no address on interface %q", m.index+1, m.iface.Name)
	}
	r := m.party.call.registry
	for range maxBindTries {
		first, err := a.Ports.Reserve(s.count)
		if err != nil {
			return fmt.Errorf("media %d: interface %q: %w", m.index+1, m.iface.Name, err)
		}
		l := &localPorts{address: a, sums: r.sums[a]}
		err = l.open(r.Engine, first, s.count)
		if err == nil {
			s.locals = append(s.locals, l)
			return nil
		}
		for i := range s.count {
			a.Ports.Release(first + uint16(i))
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return fmt.Errorf("media %d: interface %q: %w", m.index+1, m.iface.Name, err)
		}
	}
	return fmt.Errorf("media %d: interface %q: every port tried is held by another program: %w", m.index+1, m.iface.Name, interfaces.ErrNoPorts)
}

func (l *localPorts) open(engine media.Engine, first uint16, count int) error {
	for i := range count {
		p, err := engine.Open(netip.AddrPortFrom(l.address.Local, first+uint16(i)))
		if err != nil {
			if i == 1 {
				l.ports[0].Close()
			}
			return err
		}
		l.ports[i] = p
		l.streams[i] = media.NewStream(p)
	}
	return nil
}
