package webrtc

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rtpgo/media"
	"rtpgo/sdpedit"
)

// Echo is a peer without any security: it sends back what it receives, under
// sources of its own, and asks for a picture from time to time.
type Echo struct {
	lines []*echoLine
	done  chan struct{}
	wg    sync.WaitGroup
}

// echoLine is one m= section.
type echoLine struct {
	kind     string
	payload  int
	codec    string
	sock     [2]*net.UDPConn
	remote   [2]atomic.Pointer[netip.AddrPort]
	ssrc     uint32
	of       atomic.Uint32 // the browser's source
	Received atomic.Int64  // RTP packets in the clear that were meant for us
	RTCP     atomic.Int64
	Foreign  atomic.Int64 // packets of another payload type
}

// NewEcho opens the sockets on loopback.
func NewEcho() (*Echo, error) {
	e := &Echo{done: make(chan struct{})}
	for i, kind := range []string{"audio", "video"} {
		l := &echoLine{kind: kind, ssrc: 0xec400 + uint32(i), payload: []int{111, 96}[i], codec: []string{"opus/48000/2", "VP8/90000"}[i]}
		for c := range l.sock {
			s, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				e.Close()
				return nil, err
			}
			l.sock[c] = s
		}
		e.lines = append(e.lines, l)
	}
	for _, l := range e.lines {
		for c := range l.sock {
			e.wg.Go(func() { l.listen(c) })
		}
		e.wg.Go(func() { l.ask(e.done) })
	}
	return e, nil
}

// Close ends the peer.
func (e *Echo) Close() {
	close(e.done)
	for _, l := range e.lines {
		for _, s := range l.sock {
			if s != nil {
				s.Close()
			}
		}
	}
	e.wg.Wait()
}

// Read takes the relay's addresses and the payload types from a description.
func (e *Echo) Read(body string) error {
	s, err := sdpedit.Parse(body)
	if err != nil {
		return err
	}
	if len(s.Medias) != len(e.lines) {
		return fmt.Errorf("%d sections in %q", len(s.Medias), body)
	}
	for i, m := range s.Medias {
		l := e.lines[i]
		if m.Protocol != "RTP/AVP" && m.Protocol != "RTP/AVPF" || m.Port == 0 || m.Type != l.kind {
			return fmt.Errorf("section %d of %q is not for a plain peer", i, body)
		}
		name, _, _ := strings.Cut(l.codec, "/")
		found := false
		for _, k := range m.Codecs {
			if k.Is(name) && !found {
				l.payload, found = k.PT, true
			}
		}
		if !found {
			return fmt.Errorf("no %s in section %d of %q", name, i, body)
		}
		rtcp := m.RTCPPort
		if rtcp == 0 {
			rtcp = m.Port + 1
		}
		for c, port := range []int{m.Port, rtcp} {
			to := netip.AddrPortFrom(m.Connection, uint16(port))
			l.remote[c].Store(&to)
		}
	}
	return nil
}

// SDP describes the peer.
func (e *Echo) SDP() string {
	s := "v=0\r\no=echo 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
	for _, l := range e.lines {
		p := strconv.Itoa(l.payload)
		s += fmt.Sprintf("m=%s %d RTP/AVP %s\r\na=rtpmap:%s %s\r\na=rtcp:%d\r\n", l.kind, port(l.sock[0]), p, p, l.codec, port(l.sock[1]))
	}
	return s
}

func port(s *net.UDPConn) int { return s.LocalAddr().(*net.UDPAddr).Port }

func (l *echoLine) listen(c int) {
	buf := make([]byte, 2048)
	for {
		n, _, err := l.sock[c].ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		pkt := buf[:n]
		switch media.Classify(pkt) {
		case media.ClassRTCP:
			l.RTCP.Add(1)
		case media.ClassRTP:
			if int(pkt[1]&0x7f) != l.payload {
				l.Foreign.Add(1)
				continue
			}
			l.Received.Add(1)
			l.of.Store(binary.BigEndian.Uint32(pkt[8:]))
			binary.BigEndian.PutUint32(pkt[8:], l.ssrc)
			if to := l.remote[0].Load(); to != nil {
				l.sock[0].WriteToUDPAddrPort(pkt, *to)
			}
		}
	}
}

// ask sends a picture loss indication (RFC 4585 section 6.3.1) every second.
func (l *echoLine) ask(done <-chan struct{}) {
	if l.kind != "video" {
		return
	}
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
		}
		of, to := l.of.Load(), l.remote[1].Load()
		if of == 0 || to == nil {
			continue
		}
		// An empty receiver report first: Chromium takes compound packets.
		pkt := []byte{0x80, 201, 0, 1, 0, 0, 0, 0, 0x81, 206, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}
		binary.BigEndian.PutUint32(pkt[4:], l.ssrc)
		binary.BigEndian.PutUint32(pkt[12:], l.ssrc)
		binary.BigEndian.PutUint32(pkt[16:], of)
		l.sock[1].WriteToUDPAddrPort(pkt, *to)
	}
}
