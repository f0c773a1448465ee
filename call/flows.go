package call

import (
	"net/netip"

	"rtpgo/media"
	"rtpgo/ng"
)

// sourceFlags stores what the request says about the packets of the party whose
// description it holds. It counts until the party's next one.
func (x *exchange) sourceFlags(s *Media) {
	f := x.req.Flags
	for i := range s.streams {
		s.streams[i].strict, s.streams[i].handover = f.StrictSource, f.MediaHandover
	}
	s.asymmetric, s.unidirectional = f.Asymmetric, f.Unidirectional
}

// learningFlags stores what the request says about the source of packets for the
// rest of the call.
func (x *exchange) learningFlags(s, r *Media) {
	f := x.req.Flags
	s.natWait = s.natWait || f.NATWait
	if f.PierceNAT {
		s.pierce, x.c.piercing = true, true
	}
	if x.req.TOSSet {
		s.party.call.tos, s.party.call.tosSet = x.req.TOS, true
	}
	switch x.req.EndpointLearning {
	case ng.LearningDelayed:
		s.learning, r.learning = learn(media.LearnDelayed), learn(media.LearnDelayed)
	case ng.LearningImmediate:
		s.learning, r.learning = learn(media.LearnImmediate), learn(media.LearnImmediate)
	case ng.LearningOff:
		s.learning, r.learning = learn(media.LearnOff), learn(media.LearnOff)
	case ng.LearningHeuristic:
		s.learning, r.learning = learn(media.LearnHeuristic), learn(media.LearnHeuristic)
	}
}

func learn(l media.Learning) *media.Learning { return &l }

// installFlows compiles the call into flows and installs them. Every set of
// ports that a media ever had keeps working: packets that the other end sends
// to its former ports while it learns about new ones arrive as well.
func (c *Call) installFlows() {
	for _, p := range c.parties {
		for _, m := range p.medias {
			m.installFlows()
		}
	}
}

func (m *Media) installFlows() {
	m.updateICE()
	m.updatePassages()
	m.updateDTLS()
	defer m.wakeDTLS()
	for _, s := range m.sets {
		for _, l := range s.locals {
			for i := range l.ports {
				if l.ports[i] == nil {
					continue
				}
				m.configureStream(l, i)
				l.ports[i].Install(m.flow(l, i))
			}
		}
	}
}

func (m *Media) configureStream(l *localPorts, i int) {
	st := l.streams[i]
	if ep := m.streams[i].endpoint; !m.configureICE(l, i) && ep.IsValid() && ep.Port() != 0 {
		st.SetRemote(ep)
	}
	if tos := m.party.call.outgoingTOS(); tos >= 0 {
		st.SetTOS(tos)
	}
}

// outgoingTOS is what the call's packets carry, -1 for the system's.
func (c *Call) outgoingTOS() int {
	if c.tosSet {
		return c.tos
	}
	return c.registry.TOS
}

// flowAndSinks is a flow with room for its usual sinks: one allocation.
type flowAndSinks struct {
	media.Flow
	rtp, rtcp [1]media.Sink
}

// flow says what happens to packets that m's party sends to one of its ports.
func (m *Media) flow(l *localPorts, i int) *media.Flow {
	c := m.party.call
	v := &flowAndSinks{Flow: media.Flow{Stream: l.streams[i], Kind: media.KindRaw, Source: m.source(i)}}
	f := &v.Flow
	f.Source.Only = m.iceSources(l, i)
	f.Learned, f.Refused = m.listeners(l, i)
	if m.isRTP() {
		f.Kind = media.KindRTP
		if i == rtcp {
			f.Kind = media.KindRTCP
		}
	}
	to := m.hears()
	b := m.party.blocks.or(c.blocks).or(m.blocks)
	switch {
	case c.dropTraffic:
		f.Block = media.DropTraffic
	case b.media, m.party.echo == echoSink:
		f.Block = media.DropBlocked
	case to != nil && !(m.weReceive && to.weSend):
		f.Block = media.DropDirection
	}
	if b.dtmf {
		f.BlockPT = m.dtmfTypes()
	}
	if b.silence {
		f.Silence = silencePCM
	}
	m.readRTCP(f, l, i)
	m.readEvents(f)
	defer func() {
		m.receiveDTLS(f, l, i)
		m.receiveICE(f, l, i)
		m.receivePassage(f, l, i)
		m.secure(f, to, i)
	}()
	if to == nil || to.set == nil || m.disabled {
		return f
	}
	out := to.sending().primary()
	f.RTP, f.RTCP = to.sinks(v.rtp[:0:1], out, rtp), to.sinks(v.rtcp[:0:1], out, rtcp)
	if i == rtcp && f.Kind == media.KindRaw {
		f.RTP = f.RTCP
	}
	if f.Kind != media.KindRaw {
		f.Clock = m.clocks
		if to != m {
			f.PayloadTypes = m.payloadTypes
		}
		if m.protocol.avpf && !to.takesFeedback() {
			for i := range f.RTCP {
				f.RTCP[i].NoFeedback = true
			}
		}
	}
	if f.EndRTCP {
		f.RTCP = nil
	}
	return f
}

// listeners are those who hear what the flows of a port tell.
func (m *Media) listeners(l *localPorts, i int) (func(media.LearnEvent), func(netip.AddrPort)) {
	w := &l.watch[i]
	if w.onLearned == nil {
		c, about := m.party.call, m.subject()
		w.onLearned = func(e media.LearnEvent) { c.learned(about, i, e) }
		w.onRefused = func(src netip.AddrPort) { c.refused(about, l, i, src) }
	}
	return w.onLearned, w.onRefused
}

// readRTCP lets a flow read the RTCP that m's party sends, where it isn't
// encrypted from end to end.
func (m *Media) readRTCP(f *media.Flow, l *localPorts, i int) {
	f.ReadRTCP = f.Kind != media.KindRaw && !m.opaque()
	f.EndRTCP = m.generates()
	if tap := m.party.call.registry.TapRTCP; tap != nil && f.ReadRTCP {
		id, local := m.party.call.ID, l.ports[i].Local()
		f.TapRTCP = func(pkt []byte, src netip.AddrPort) { tap(id, src, local, pkt) }
	}
}

// relearn lets the sources of packets be learned anew: who sends a description
// may have moved behind its NAT although its address in there is the same. The
// reference learns for some seconds after signalling, too.
func (x *exchange) relearn() {
	for _, p := range x.sections {
		if p.sm != nil && p.s != nil && p.sm.Port != 0 {
			p.s.relearn()
		}
	}
}

func (m *Media) relearn() {
	if p := m.source(rtp); m.ice.on || p.Asymmetric || p.Learning == media.LearnOff {
		return // nothing is learned from packets
	}
	for _, s := range m.sets {
		for _, l := range s.locals {
			for _, st := range l.streams {
				if st != nil && st.Confirmed() {
					st.Relearn()
				}
			}
		}
	}
}

// sending is the set that packets for m's party leave from: the one last shown
// to it, for an end may take packets from nowhere else.
func (m *Media) sending() *portSet {
	if m.shown != nil {
		return m.shown
	}
	return m.set
}

// sinks adds the way out towards m's party.
func (m *Media) sinks(list []media.Sink, l *localPorts, i int) []media.Sink {
	if i == rtcp && (m.mux.on || l.streams[rtcp] == nil) {
		i = rtp
	}
	l = m.selected(l, i)
	if l.streams[i] == nil {
		return nil
	}
	return append(list, media.Sink{To: l.streams[i], NATWait: m.natWait})
}

func (m *Media) source(i int) media.SourcePolicy {
	p := media.SourcePolicy{
		Learning: m.party.call.registry.Learning,
		Strict:   m.streams[i].strict, Handover: m.streams[i].handover,
		Asymmetric: m.asymmetric,
	}
	if m.learning != nil {
		p.Learning = *m.learning
	}
	return p
}
