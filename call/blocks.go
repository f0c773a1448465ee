package call

import (
	"rtpgo/media"
	"rtpgo/ng"
)

// blocks are what "block media", "silence media", "block DTMF" and
// drop-traffic ask for: of the whole call, of one party, or of what one party
// sends to another.
type blocks struct{ media, silence, dtmf bool }

func (b blocks) or(o blocks) blocks {
	return blocks{b.media || o.media, b.silence || o.silence, b.dtmf || o.dtmf}
}

// controlFlags applies the flags of an offer or answer that act as commands.
func (x *exchange) controlFlags() {
	switch x.req.DropTraffic {
	case ng.DropStart:
		x.c.dropTraffic = true
	case ng.DropStop:
		x.c.dropTraffic = false
	}
	if x.req.Flags.BlockDTMF {
		x.sender.blocks.dtmf = true
	}
	x.echoFlags()
}

// echoMode is what "media echo" asks of one party's media.
type echoMode uint8

const (
	echoNone echoMode = iota
	echoBack          // the party hears itself
	echoSink          // what the party sends is dropped
)

// echoFlags applies "media echo": forward lets the sender hear itself,
// backwards the receiver; the other side's media is dropped; blackhole drops
// both.
func (x *exchange) echoFlags() {
	switch x.req.MediaEcho {
	case ng.EchoForward:
		x.sender.echo, x.receiver.echo = echoSink, echoBack
	case ng.EchoBackwards:
		x.sender.echo, x.receiver.echo = echoBack, echoSink
	case ng.EchoBoth:
		x.sender.echo, x.receiver.echo = echoBack, echoBack
	case ng.EchoBlackhole:
		x.sender.echo, x.receiver.echo = echoSink, echoSink
	}
}

// blockBits collects the telephone-event payload types (RFC 4733) of a media.
func (m *Media) dtmfTypes() (bits [2]uint64) {
	for _, list := range [][]int{m.eventTypes(), m.toldEventTypes()} {
		for _, pt := range list {
			bits[pt/64] |= 1 << (pt % 64)
		}
	}
	return bits
}

func (m *Media) eventTypes() (out []int) {
	for i := range m.codecs {
		if m.codecs[i].Is("telephone-event") {
			out = append(out, m.codecs[i].PT)
		}
	}
	return out
}

func (m *Media) toldEventTypes() (out []int) {
	for i := range m.told {
		if m.told[i].Is("telephone-event") {
			out = append(out, m.told[i].PT)
		}
	}
	return out
}

// silence fills the payload of G.711 with its code for silence (ITU-T G.711);
// other codecs get zero octets.
var silencePCM = func() *media.SilenceFill {
	f := &media.SilenceFill{}
	f[0], f[8] = 0xff, 0xd5
	return f
}()
