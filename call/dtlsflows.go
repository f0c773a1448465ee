package call

import (
	"net/netip"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/media/srtp"
)

// dtlsTerms are what an association was agreed on with: another role,
// fingerprint or tls-id asks for a new association (RFC 8842 section 4).
type dtlsTerms struct {
	role        dtls.Role
	cert        *dtls.Certificate
	fingerprint dtls.Fingerprint
	tlsID       string
	ourTLSID    string
}

// keeps tells whether an association on these terms serves others as well. One
// that began before the answer waits for the fingerprint.
func (t *dtlsTerms) keeps(n *dtlsTerms) bool {
	if t.role != n.role || t.cert != n.cert || t.ourTLSID != n.ourTLSID {
		return false
	}
	return !t.fingerprint.Known() || t.fingerprint.Same(n.fingerprint) && t.tlsID == n.tlsID
}

// icePeers is what ICE tells DTLS about one component. Its methods are called
// on the packet path and must not block.
type icePeers interface {
	// Validated tells whether a connectivity check has proved the source.
	Validated(src netip.AddrPort) bool
	// Selected is the pair that packets are sent by; a nil port or invalid
	// address while there is none.
	Selected() (media.Port, netip.AddrPort)
}

// dtlsLink is the association of one component of a media.
type dtlsLink struct {
	*dtls.Association
	terms   dtlsTerms
	way     atomic.Pointer[dtlsWay]
	keys    *srtpKeys // once established; guarded by Call.mu like failure
	failure error
	since   time.Time
	heard   atomic.Bool // a packet came
}

// dtlsWay is how a link reaches its peer.
type dtlsWay struct {
	port   media.Port
	stream *media.Stream
	ice    icePeers // nil without ICE
}

func (l *dtlsLink) target() (dtls.Via, netip.AddrPort) {
	w := l.way.Load()
	if w == nil {
		return nil, netip.AddrPort{}
	}
	if w.ice != nil {
		if port, to := w.ice.Selected(); port != nil {
			return port, to
		}
		return nil, netip.AddrPort{}
	}
	return w.port, w.stream.Remote()
}

// updateDTLS begins and ends the associations as agreed. Those whose terms stay
// go on.
func (m *Media) updateDTLS() {
	st := &m.srtp
	for i := range st.links {
		l := st.links[i]
		if !m.wantsDTLS(i) {
			m.endDTLS(i)
			continue
		}
		over := l != nil && st.fresh && (l.State() == dtls.StateFailed || l.State() == dtls.StateClosed)
		if l == nil || over || !l.terms.keeps(&st.terms) {
			m.endDTLS(i)
			l = m.beginDTLS(i)
		}
		l.terms = st.terms
		out := m.sending().primary()
		l.way.Store(&dtlsWay{out.ports[i], out.streams[i], m.icePeers(i)})
		l.Expect(st.terms.fingerprint)
	}
	st.fresh = false
}

// wantsDTLS tells whether a component has an association. Before the answer
// only ICE can tell who the peer is.
func (m *Media) wantsDTLS(i int) bool {
	switch m.srtp.mode {
	case keyedDTLS:
	case keyPending:
		if !m.srtp.early || m.icePeers(i) == nil {
			return false
		}
	default:
		return false
	}
	if m.disabled || m.ice.passthrough || m.set == nil || m.sending().primary().ports[i] == nil {
		return false
	}
	return i == rtp || !m.mux.on
}

func (m *Media) beginDTLS(i int) *dtlsLink {
	l := &dtlsLink{}
	l.Association = m.party.call.registry.DTLS.NewAssociation(dtls.Config{
		Role: m.srtp.terms.role, Certificate: m.srtp.terms.cert, Target: l.target,
		Established: func(k dtls.Keys) { m.dtlsEstablished(i, l, k) },
		Failed:      func(err error) { m.dtlsFailed(i, l, err) },
		Closed:      func() { m.dtlsClosed(i, l) },
	})
	m.srtp.links[i] = l
	l.since = m.party.call.registry.now()
	m.party.call.event(nil, m, event{kind: evDTLS, stream: uint8(i), text: "DTLS begins, " + m.srtp.terms.role.String() + " side"})
	return l
}

func (m *Media) endDTLS(i int) {
	l := m.srtp.links[i]
	if l == nil {
		return
	}
	m.srtp.links[i] = nil
	l.Close()
	if l.keys != nil {
		l.keys.close()
	}
}

// wakeDTLS lets the active side begin where it has somebody to talk to.
func (m *Media) wakeDTLS() {
	for _, l := range m.srtp.links {
		if l != nil {
			l.Wake()
		}
	}
}

// receiveDTLS adds the association to what a port takes beside RTP.
func (m *Media) receiveDTLS(f *media.Flow, l *localPorts, i int) {
	link := m.srtp.links[i]
	if link == nil {
		return
	}
	port, admit := l.ports[i], m.admission(f, i)
	f.Other = media.Demux(f.Other, func(pkt []byte, src netip.AddrPort) {
		if !link.heard.Load() {
			link.heard.Store(true)
		}
		link.Receive(pkt, src, port, admit)
	})
}

// admission says who may shake hands with a media: with ICE, whom a
// connectivity check has proved, and nobody else; without it the endpoint that
// signalling named, and others as far as the source policy would learn from
// their packets.
func (m *Media) admission(f *media.Flow, i int) func(netip.AddrPort) dtls.Admission {
	stream, policy := f.Stream, f.Source
	if ice := m.icePeers(i); ice != nil {
		return func(src netip.AddrPort) dtls.Admission {
			if ice.Validated(src) {
				return dtls.Peer
			}
			return dtls.Refused
		}
	}
	return func(src netip.AddrPort) dtls.Admission {
		signalled := stream.Advertised()
		settled := stream.Confirmed()
		switch {
		case src == signalled, settled && src == stream.Remote():
			return dtls.Peer
		case settled, policy.Asymmetric, policy.Learning == media.LearnOff:
			return dtls.Refused
		case !signalled.IsValid() || signalled.Port() == 0 || signalled.Addr().IsUnspecified():
			return dtls.Refused
		}
		return dtls.Stranger
	}
}

// current tells, with the call locked, whether a link is still in use.
func (m *Media) current(i int, l *dtlsLink) bool {
	return !m.party.call.dead && m.srtp.links[i] == l
}

// dtlsEstablished takes the keys of a handshake.
func (m *Media) dtlsEstablished(i int, l *dtlsLink, k dtls.Keys) {
	c := m.party.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if !m.current(i, l) {
		return
	}
	in, err := srtp.NewUnprotector(srtp.Params{Suite: k.Suite, Key: k.Theirs})
	if err != nil {
		m.logDTLS(i, zap.Error(err)).Error("keys of DTLS-SRTP")
		return
	}
	out, err := srtp.NewProtector(srtp.Params{Suite: k.Suite, Key: k.Ours})
	if err != nil {
		m.logDTLS(i, zap.Error(err)).Error("keys of DTLS-SRTP")
		return
	}
	if l.keys != nil {
		l.keys.close()
	}
	l.keys, l.failure = &srtpKeys{in: in, out: out}, nil
	m.security.suite = k.Suite.Name
	c.registry.stats.dtlsEstablished.Add(1)
	m.settlePeer(i, k)
	m.logDTLS(i, zap.Stringer("peer", k.Peer), zap.Stringer("role", l.terms.role), zap.Stringer("suite", k.Suite)).
		Info("DTLS-SRTP established")
	c.event(nil, m, event{kind: evDTLS, stream: uint8(i), a: k.Peer, text: "DTLS-SRTP established, " + l.terms.role.String() + ", " + k.Suite.Name})
	c.installFlows()
}

// settlePeer fixes the endpoint of who has proved to be the peer. With ICE the
// selected pair says it, and whoever doesn't learn keeps to signalling.
func (m *Media) settlePeer(i int, k dtls.Keys) {
	policy := m.source(i)
	if m.icePeers(i) != nil || policy.Asymmetric || policy.Learning == media.LearnOff {
		return
	}
	for _, s := range m.sets {
		for _, l := range s.locals {
			if l.ports[i] != nil && dtls.Via(l.ports[i]) == k.Via {
				l.streams[i].Confirm(k.Peer)
			}
		}
	}
}

func (m *Media) dtlsFailed(i int, l *dtlsLink, err error) {
	c := m.party.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if !m.current(i, l) || l.keys != nil {
		return
	}
	l.failure = err
	c.registry.stats.dtlsFailed[dtlsFailureOf(err)].Add(1)
	m.logDTLS(i, zap.Stringer("role", l.terms.role), zap.Error(err)).Warn("DTLS-SRTP failed")
	c.event(nil, m, event{kind: evDTLS, stream: uint8(i), text: "DTLS-SRTP failed: " + err.Error()})
}

// dtlsClosed notes that the peer took its leave. Its SRTP keys stay: media ends
// with the call, and what is on its way still counts.
func (m *Media) dtlsClosed(i int, l *dtlsLink) {
	c := m.party.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.current(i, l) {
		c.registry.stats.dtlsClosed.Add(1)
		m.logDTLS(i).Info("DTLS-SRTP closed by the peer")
		c.event(nil, m, event{kind: evDTLS, stream: uint8(i), text: "DTLS closed by the peer"})
	}
}

func (m *Media) logDTLS(i int, fields ...zap.Field) *zap.Logger {
	c := m.party.call
	return c.registry.Log.Named("crypto").With(append([]zap.Field{
		zap.String("call", c.ID), zap.String("tag", m.party.tag), zap.Int("media", m.index+1), zap.Int("component", i+1),
	}, fields...)...)
}

// securityText shows the state of SRTP to the operator.
func (m *Media) securityText(i int) string {
	switch m.srtp.mode {
	case keyedSDES:
		return "SDES " + m.security.suite
	case keyPending:
		return "no key yet"
	case keyedDTLS:
		l := m.srtp.links[i]
		switch {
		case l == nil:
			return ""
		case l.failure != nil:
			return "DTLS failed: " + l.failure.Error()
		case l.keys != nil:
			return "DTLS " + l.State().String() + " " + m.security.suite
		}
		if state := l.State(); state != dtls.StateEstablished {
			return "DTLS " + state.String()
		}
		return "DTLS handshake" // its keys aren't in the flows yet
	}
	return ""
}
