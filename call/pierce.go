package call

// emptyRTP is an RTP packet without a payload, of a payload type that nobody
// uses: it opens the way through the peer's NAT and means nothing to the peer.
var emptyRTP = []byte{0x80, 127, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}

// pierceNAT sends empty packets to the parties that "pierce-NAT" asks it for
// and that nothing has come from yet. It is called after signalling, and then
// every second.
func (c *Call) pierceNAT() {
	if !c.piercing {
		return
	}
	c.piercing = false
	for _, p := range c.parties {
		for _, m := range p.medias {
			m.pierceNAT()
			c.piercing = c.piercing || m.pierce
		}
	}
}

func (m *Media) pierceNAT() {
	if !m.pierce || !m.isRTP() || m.disabled || m.sending() == nil {
		return
	}
	if m.lastPacket(rtp) != 0 {
		m.pierce = false
		return
	}
	st := m.sending().primary().streams[rtp]
	if to := st.Remote(); to.IsValid() {
		// A failure doesn't matter: the next packet follows in a second.
		_ = st.Port().Send(emptyRTP, to)
	}
}
