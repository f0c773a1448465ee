package phone

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"

	"rtpgo/e2e/lab"
)

// Codec is a payload type with its rtpmap.
type Codec struct {
	Type uint8
	Map  string
}

// Codecs of the telephones.
var (
	PCMU  = Codec{0, "PCMU/8000"}
	PCMA  = Codec{8, "PCMA/8000"}
	DTMF  = Codec{101, "telephone-event/8000"}
	H264  = Codec{96, "H264/90000"}
	VP8   = Codec{97, "VP8/90000"}
	audio = []Codec{PCMU, PCMA, DTMF}
	video = []Codec{H264, VP8}
)

// Received is a packet with where it came from and which socket it met.
type Received struct {
	From netip.AddrPort
	RTCP bool // on the RTCP socket
	Data []byte
}

// Count counts packets.
type Count struct{ RTP, RTCP int }

// End is one telephone's side of one m= section: a pair of sockets and all
// that came to them.
type End struct {
	Kind   string
	Codecs []Codec
	// Mux offers and accepts RTP and RTCP on one port.
	Mux bool
	// Direction goes into the SDP; "" is sendrecv.
	Direction string
	// Off refuses or removes the section.
	Off bool
	// Advertised stands in the SDP instead of the sockets' own address when
	// the telephone doesn't know it is behind a NAT.
	Advertised netip.AddrPort
	// NoBlocks leaves what was heard out of the sender reports.
	NoBlocks bool
	// Remote is what the other side's last SDP said.
	Remote Section
	// SSRC of what this end sends.
	SSRC uint32
	// Sent and Got count this end's packets; Got only those that Exchange
	// found to be right.
	Sent, Got Count

	local     netip.AddrPort
	rtp, rtcp *net.UDPConn
	muxed     bool // as agreed by offer and answer
	seq       uint16
	timestamp uint32
	reports   uint32
	mu        sync.Mutex
	packets   []Received
	heard     [12]byte // header of the last RTP packet
}

// newEnd opens a pair of ports, the RTP one even.
func newEnd(ns *lab.Netns, ip netip.Addr, port int, kind string) (*End, error) {
	e := &End{Kind: kind, Codecs: audio, SSRC: rand.Uint32(), seq: uint16(rand.Uint32()), timestamp: rand.Uint32()}
	if kind == "video" {
		e.Codecs = video
	}
	err := ns.Do(func() (err error) {
		if e.rtp, err = listen(ip, port); err != nil {
			return err
		}
		e.local = e.rtp.LocalAddr().(*net.UDPAddr).AddrPort()
		if e.rtcp, err = listen(ip, int(e.local.Port())+1); err != nil {
			e.rtp.Close()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("media end %s:%d: %w", ip, port, err)
	}
	go e.read(e.rtp, false)
	go e.read(e.rtcp, true)
	return e, nil
}

func listen(ip netip.Addr, port int) (*net.UDPConn, error) {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(port))))
	if err == nil {
		// What it is granted is enough; the bursts are short.
		_ = c.SetReadBuffer(1 << 20)
	}
	return c, err
}

func (e *End) close() {
	e.rtp.Close()
	e.rtcp.Close()
}

// Local is the address of the RTP socket.
func (e *End) Local() netip.AddrPort { return e.local }

func (e *End) read(c *net.UDPConn, rtcp bool) {
	buf := make([]byte, 4096)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		p := Received{From: from, RTCP: rtcp, Data: append([]byte(nil), buf[:n]...)}
		e.mu.Lock()
		e.packets = append(e.packets, p)
		if len(p.Data) >= len(e.heard) && !isRTCP(p.Data) {
			copy(e.heard[:], p.Data)
		}
		e.mu.Unlock()
	}
}

// lastHeard is the last RTP packet's source and number.
func (e *End) lastHeard() (ssrc uint32, seq uint16, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return binary.BigEndian.Uint32(e.heard[8:]), binary.BigEndian.Uint16(e.heard[2:]), e.heard[0] != 0
}

// Take returns what has arrived since the last Take.
func (e *End) Take() []Received {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.packets
	e.packets = nil
	return p
}

// arrived counts what a Take would return.
func (e *End) arrived() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.packets)
}
