// Package page proves the live web page with a real browser on a real daemon.
package page

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"rtpgo/sdpedit"
)

// telephone is one end of a call on loopback. It sends what it is told to, and
// reports what it hears as any telephone does.
type telephone struct {
	name, ip  string
	rtp, rtcp *net.UDPConn
	to        [2]netip.AddrPort // RTP, RTCP
	ssrc      uint32
	quit      chan struct{}
	wg        sync.WaitGroup

	mu    sync.Mutex
	heard reception
}

// reception is what a receiver report is made of (RFC 3550 appendix A.3).
type reception struct {
	ssrc            uint32
	base, high      uint16
	received        uint32
	last, lastHeard uint32 // expected and received at the last report
	report          uint32 // middle of the last sender report's NTP time
	reportAt        time.Time
}

// habits are how a telephone sends.
type habits struct {
	silent bool
	loss   float64       // share of the packets that get lost
	late   time.Duration // at most, at random
}

func newTelephone(name, ip string) (*telephone, error) {
	p := &telephone{name: name, ip: ip, ssrc: rand.Uint32(), quit: make(chan struct{})}
	var err error
	if p.rtp, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(ip)}); err != nil {
		return nil, err
	}
	if p.rtcp, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(ip)}); err != nil {
		p.rtp.Close()
		return nil, err
	}
	p.wg.Go(p.listen)
	p.wg.Go(p.listenRTCP)
	return p, nil
}

func (p *telephone) close() {
	close(p.quit)
	p.rtp.Close()
	p.rtcp.Close()
	p.wg.Wait()
}

func port(c *net.UDPConn) uint16 { return c.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

// sdp is the telephone's description, with further lines at its end.
func (p *telephone) sdp(lines ...string) string {
	return fmt.Sprintf("v=0\r\no=%[1]s 1 1 IN IP4 %[2]s\r\ns=-\r\nc=IN IP4 %[2]s\r\nt=0 0\r\nm=audio %[3]d RTP/AVP 8 0 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp:%[4]d\r\n%[5]s",
		p.name, p.ip, port(p.rtp), port(p.rtcp), strings.Join(append(lines, ""), "\r\n"))
}

// read takes the other side's description.
func (p *telephone) read(sdp string) error {
	s, err := sdpedit.Parse(sdp)
	if err != nil || len(s.Medias) == 0 {
		return fmt.Errorf("description for %s: %v in %q", p.name, err, sdp)
	}
	m := s.Medias[0]
	p.to[0] = netip.AddrPortFrom(m.Connection, uint16(m.Port))
	p.to[1] = netip.AddrPortFrom(m.Connection, uint16(m.RTCPPort))
	return nil
}

// talk sends 50 packets a second, and reports every two seconds.
func (p *telephone) talk(h habits) {
	p.wg.Go(func() {
		every := time.NewTicker(20 * time.Millisecond)
		defer every.Stop()
		packet := make([]byte, 172)
		packet[0], packet[1] = 0x80, 8
		seq, timestamp := uint16(rand.Uint32()), rand.Uint32()
		binary.BigEndian.PutUint32(packet[8:], p.ssrc)
		for n := uint32(1); ; n++ {
			select {
			case <-p.quit:
				return
			case <-every.C:
			}
			seq, timestamp = seq+1, timestamp+160
			binary.BigEndian.PutUint16(packet[2:], seq)
			binary.BigEndian.PutUint32(packet[4:], timestamp)
			if h.silent {
				continue
			}
			if n%100 == 50 {
				p.rtcp.WriteToUDPAddrPort(p.report(n, timestamp), p.to[1])
			}
			if rand.Float64() < h.loss {
				continue
			}
			if h.late > 0 {
				time.Sleep(rand.N(h.late))
			}
			p.rtp.WriteToUDPAddrPort(packet, p.to[0])
		}
	})
}

func (p *telephone) listen() {
	b := make([]byte, 2048)
	for {
		n, _, err := p.rtp.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if n < 12 {
			continue
		}
		ssrc, seq := binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint16(b[2:])
		p.mu.Lock()
		r := &p.heard
		if r.ssrc != ssrc {
			*r = reception{ssrc: ssrc, base: seq, high: seq}
		}
		r.received++
		if int16(seq-r.high) > 0 {
			r.high = seq
		}
		p.mu.Unlock()
	}
}

func (p *telephone) listenRTCP() {
	b := make([]byte, 2048)
	for {
		n, _, err := p.rtcp.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if n >= 28 && b[1] == 200 { // sender report
			p.mu.Lock()
			p.heard.report, p.heard.reportAt = binary.BigEndian.Uint32(b[10:]), time.Now()
			p.mu.Unlock()
		}
	}
}

// report is a sender report with a block about what is heard (RFC 3550 section
// 6.4.1).
func (p *telephone) report(packets, timestamp uint32) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &p.heard
	b := []byte{0x80, 200, 0, 6}
	now := time.Now()
	b = binary.BigEndian.AppendUint32(b, p.ssrc)
	b = binary.BigEndian.AppendUint32(b, uint32(now.Unix()+2208988800))
	b = binary.BigEndian.AppendUint32(b, uint32(uint64(now.Nanosecond())<<32/1e9))
	b = binary.BigEndian.AppendUint32(b, timestamp)
	b = binary.BigEndian.AppendUint32(b, packets)
	b = binary.BigEndian.AppendUint32(b, packets*160)
	if r.received == 0 {
		return b
	}
	b[0], b[3] = 0x81, 12
	expected := uint32(r.high-r.base) + 1
	lost := max(0, int32(expected-r.received))
	fraction := uint32(0)
	if e, l := expected-r.last, expected-r.last-(r.received-r.lastHeard); e > 0 && int32(l) > 0 {
		fraction = min(255, l<<8/e)
	}
	r.last, r.lastHeard = expected, r.received
	b = binary.BigEndian.AppendUint32(b, r.ssrc)
	b = binary.BigEndian.AppendUint32(b, fraction<<24|uint32(lost))
	b = binary.BigEndian.AppendUint32(b, uint32(r.high))
	b = binary.BigEndian.AppendUint32(b, 12) // jitter, in ticks
	b = binary.BigEndian.AppendUint32(b, r.report)
	delay := uint32(0)
	if r.report != 0 {
		delay = uint32(now.Sub(r.reportAt) * 65536 / time.Second)
	}
	return binary.BigEndian.AppendUint32(b, delay)
}
