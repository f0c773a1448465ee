package explain

import "rtpgo/media"

// Pack appends the facts as octets, from which [Unpack] makes them again. They
// take a tenth of the memory, and none of it has pointers: calls that have
// ended are kept by the thousand, and must cost the garbage collector nothing.
// Times keep their instant, but not their location.
func Pack(to []byte, c *Call) []byte {
	p := packer{octets: to}
	p.call(c)
	return p.octets
}

// Unpack reads what Pack has appended to nothing, and returns what follows it.
func Unpack(from []byte) (c Call, rest []byte) {
	p := packer{octets: from, unpacking: true}
	p.call(&c)
	return c, p.octets
}

// packer goes through the facts in either direction, so that one list of the
// fields serves both.
type packer struct {
	octets    []byte // written so far, or left to be read
	unpacking bool
}

func (p *packer) call(c *Call) {
	p.times(&c.Created, &c.Answered, &c.Signalled, &c.Now)
	p.bits(&c.Ended)
	p.text(&c.EndReason)
	n := len(c.Sides)
	number(p, &n)
	if p.unpacking {
		c.Sides = make([]Side, n)
	}
	for i := range c.Sides {
		p.side(&c.Sides[i])
	}
}

func (p *packer) side(s *Side) {
	p.texts(&s.Tag, &s.Type, &s.Protocol, &s.Block, &s.Interface, &s.Better)
	number(p, &s.Other)
	number(p, &s.Index)
	p.bits(&s.Initialized, &s.Disabled, &s.Removed, &s.Raw, &s.Sends, &s.Receives, &s.Zero, &s.Offered)
	p.bits(&s.Passes, &s.Silenced, &s.Mux, &s.MuxShown, &s.Learns)
	p.addr(&s.Source)
	for i := range s.PayloadTypes {
		number(p, &s.PayloadTypes[i])
		number(p, &s.Even[i])
	}
	if v := &s.Security; there(p, v) {
		number(p, &v.Mode)
		p.text(&v.Suite)
		for i := range v.DTLS {
			p.dtls(&v.DTLS[i])
		}
	}
	if v := &s.ICE; there(p, v) {
		p.bits(&v.On, &v.Started, &v.Lite, &v.Failed, &v.Valid)
		number(p, &v.Candidates)
		number(p, &v.Checks)
		p.times(&v.Since)
	}
	for i := range s.Streams {
		p.stream(&s.Streams[i])
	}
}

func (p *packer) dtls(v *DTLS) {
	if there(p, v) {
		p.bits(&v.Used, &v.Active, &v.Established, &v.Heard, &v.Fingerprint, &v.Profile)
		p.text(&v.Failure)
		p.times(&v.Since)
	}
}

func (p *packer) stream(s *Stream) {
	p.endpoints(&s.Local, &s.Told, &s.Signalled, &s.Remote)
	p.bits(&s.Confirmed, &s.Kernel)
	number(p, &s.In)
	number(p, &s.Out)
	number(p, &s.RTCPIn)
	p.counts(s.Drops[:])
	p.counts(s.Failed[:])
	p.times(&s.First, &s.Last, &s.RefusedLast)
	p.sources(&s.Sources)
	p.endpoints(&s.Refused)
	number(p, &s.Longest)
	p.look(&s.Plain)
	p.look(&s.Garbled)
	if v := &s.Path; there(p, v) {
		number(p, &v.Problem)
		p.addr(&v.From)
		number(p, &v.MTU)
		number(p, &v.Count)
		p.times(&v.First, &v.Last)
	}
	if v := &s.Route; there(p, v) {
		p.bits(&v.Known)
		p.text(&v.Error)
		p.addr(&v.Source)
		number(p, &v.MTU)
	}
	p.stray(&s.After)
	p.stray(&s.Elsewhere)
	if v := &s.Report; there(p, v) {
		number(p, &v.Sent)
		number(p, &v.Reports)
		p.bits(&v.Described, &v.LostAll, &v.Stalled)
		p.fraction(&v.Lost)
	}
}

func (p *packer) sources(list *[]media.SSRCStats) {
	n := len(*list)
	number(p, &n)
	if p.unpacking && n > 0 {
		*list = make([]media.SSRCStats, n)
	}
	for i := range *list {
		v := &(*list)[i]
		number(p, &v.SSRC)
		number(p, &v.Packets)
		number(p, &v.Octets)
		number(p, &v.Lost)
		number(p, &v.Duplicates)
		number(p, &v.Jitter)
		number(p, &v.JitterTime)
		number(p, &v.HighestSeq)
		number(p, &v.LastPT)
		number(p, &v.Clock)
		number(p, &v.LastTimestamp)
	}
}

func (p *packer) look(v *media.Look) {
	if there(p, v) {
		number(p, &v.RTP)
		number(p, &v.RTCP)
		number(p, &v.PT)
		number(p, &v.Even)
		number(p, &v.Tagged)
		number(p, &v.Random)
		number(p, &v.Firsts)
		number(p, &v.Whole)
	}
}

func (p *packer) stray(v *media.Stray) {
	if there(p, v) {
		p.endpoints(&v.Port, &v.Source)
		number(p, &v.Packets)
		p.times(&v.Last)
	}
}
