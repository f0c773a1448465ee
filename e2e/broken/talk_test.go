package broken

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"github.com/pion/rtcp"
)

// stream is what a leg sends. Its zero value, completed by talk, is 20 ms of
// PCMU in each packet and a sender report every half second, from the ports
// and to the ports that the SDPs name.
type stream struct {
	pt   uint8
	size int // of the payload; 0 is 160
	// from replaces the sockets of RTP and RTCP.
	from [2]*net.UDPConn
	// to replaces the ports that the relay's SDP names.
	to [2]netip.AddrPort
	// noRTP and noRTCP leave one of them out.
	noRTP, noRTCP bool
	// rtp and rtcp change packets before they are sent.
	rtp, rtcp func([]byte) []byte

	ssrc            uint32
	seq             uint16
	time            uint32
	packets, size32 uint32
}

// talk sends until the leg is hushed, in the background.
func (l *leg) talk(changes ...func(*stream)) {
	l.t.Helper()
	s := &stream{size: 160, from: l.sock, to: [2]netip.AddrPort{l.remote.RTP, l.remote.RTCP}, ssrc: rand.Uint32()}
	if l.remote.Mux && l.mux() {
		s.from[1], s.to[1] = l.sock[0], l.remote.RTP
	}
	for _, change := range changes {
		change(s)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	l.mu.Lock()
	l.talking = append(l.talking, stop, done)
	l.mu.Unlock()
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			// What the network refuses is part of how a call is broken.
			if !s.noRTP {
				_, _ = s.from[0].WriteToUDPAddrPort(changed(s.rtp, s.packet()), s.to[0])
			}
			if !s.noRTCP && n%25 == 5 {
				_, _ = s.from[1].WriteToUDPAddrPort(changed(s.rtcp, s.report(l.received())), s.to[1])
			}
		}
	}()
}

// hush ends all that the leg sends.
func (l *leg) hush() {
	l.mu.Lock()
	talking := l.talking
	l.talking = nil
	l.mu.Unlock()
	for i := 0; i < len(talking); i += 2 {
		close(talking[i])
		<-talking[i+1]
	}
}

func changed(f func([]byte) []byte, p []byte) []byte {
	if f == nil {
		return p
	}
	return f(p)
}

func (s *stream) packet() []byte {
	p := make([]byte, 12+s.size)
	p[0], p[1] = 0x80, s.pt
	binary.BigEndian.PutUint16(p[2:], s.seq)
	binary.BigEndian.PutUint32(p[4:], s.time)
	binary.BigEndian.PutUint32(p[8:], s.ssrc)
	for i := range p[12:] {
		p[12+i] = 0xff
	}
	s.seq++
	s.time += 160
	s.packets++
	s.size32 += uint32(s.size)
	return p
}

// report is a sender report that says what was heard (RFC 3550 section 6.4.1);
// a leg that hears nothing has no report block in it.
func (s *stream) report(h heard) []byte {
	now := time.Now()
	ntp := uint64(now.Unix()+2208988800)<<32 | uint64(now.Nanosecond())<<32/1e9
	sr := &rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp, RTPTime: s.time, PacketCount: s.packets, OctetCount: s.size32}
	packets := []rtcp.Packet{sr, rtcp.NewCNAMESourceDescription(s.ssrc, "broken@e2e")}
	if h.packets > 0 {
		sr.Reports = []rtcp.ReceptionReport{{SSRC: h.ssrc, LastSequenceNumber: uint32(h.seq), Jitter: 8}}
	}
	if s.noRTP {
		packets[0] = &rtcp.ReceiverReport{SSRC: s.ssrc, Reports: sr.Reports}
	}
	raw, err := rtcp.Marshal(packets)
	if err != nil {
		panic(err) // no input but ours
	}
	return raw
}
