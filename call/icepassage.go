package call

import (
	"net/netip"

	"rtpgo/media"
	"rtpgo/media/ice"
)

// passage lets the checks of a party through to the other one, where both
// speak ICE with each other and our ports are among their candidates
// (ICE=optional, ICE=force-relay).
type passage struct {
	*ice.Passage
	from *media.Stream // of the port that the checks arrive at
}

// updatePassages opens and closes the passages of a media. Before the answer
// there is nobody to pass checks on to.
func (m *Media) updatePassages() {
	to := m.peer()
	for i := range m.passages {
		if !m.passesICE() || to == nil || !to.passesICE() || i == rtcp && (m.mux.on || to.mux.on) {
			m.endPassage(i)
			continue
		}
		from, out := m.sending().primary().streams[i], to.sending().primary().streams[i]
		if from == nil || out == nil {
			m.endPassage(i)
			continue
		}
		if p := m.passages[i]; p != nil && p.from != from {
			m.endPassage(i)
		}
		if m.passages[i] == nil {
			m.passages[i] = &passage{m.party.call.registry.executor().NewPassage(confirm(from)), from}
		}
		hop := ice.Hop{From: m.remoteCredentials(), To: to.remoteCredentials(), Out: out}
		if back := to.passages[i]; back != nil {
			hop.Back = back.Passage
			back.Update(ice.Hop{From: hop.To, To: hop.From, Out: from, Back: m.passages[i].Passage})
		}
		m.passages[i].Update(hop)
	}
}

// confirm settles on where a party has proved to be.
func confirm(st *media.Stream) func(netip.AddrPort) {
	return func(src netip.AddrPort) {
		if !st.Confirmed() || st.Remote() != src {
			st.Confirm(src)
		}
	}
}

// passesICE tells whether the party's own ICE goes through us.
func (m *Media) passesICE() bool {
	return m.ice.passthrough && m.ice.remoteUfrag != "" && m.set != nil && !m.disabled && m.isRTP()
}

func (m *Media) remoteCredentials() ice.Credentials {
	return ice.Credentials{Ufrag: m.ice.remoteUfrag, Pwd: m.ice.remotePwd}
}

func (m *Media) endPassage(i int) {
	if p := m.passages[i]; p != nil {
		m.passages[i] = nil
		p.Close()
	}
}

func (m *Media) endPassages() {
	for i := range m.passages {
		m.endPassage(i)
	}
}

// receivePassage adds the passage to what a port takes beside RTP.
func (m *Media) receivePassage(f *media.Flow, l *localPorts, i int) {
	if p := m.passages[i]; p != nil && l.streams[i] == p.from {
		f.Other = p.Input
	}
}
