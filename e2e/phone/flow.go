package phone

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"rtpgo/e2e/lab"
)

// interval is the time between two RTP packets of a flow: 10 ms, and more
// where so many flows run at a time that the sender would be the bottleneck.
func interval(flows int) time.Duration {
	return 10 * time.Millisecond * time.Duration(1+flows/60)
}

// reportEvery is the number of RTP packets between two RTCP packets.
const reportEvery = 10

// Flow is the media from one end to another, through the relay.
type Flow struct{ From, To *End }

// burst is what a Flow has sent.
type burst struct{ rtp, rtcp [][]byte }

// Both are the flows of all accepted sections in both directions.
func Both(a, b *Media) []Flow {
	return append(OneWay(a, b), OneWay(b, a)...)
}

// OneWay are the flows of all accepted sections from a to b.
func OneWay(a, b *Media) []Flow {
	var flows []Flow
	for i, from := range a.Ends {
		if i < len(b.Ends) && !from.Off && !b.Ends[i].Off && from.Kind == b.Ends[i].Kind {
			flows = append(flows, Flow{from, b.Ends[i]})
		}
	}
	return flows
}

// Exchange sends n RTP packets, and RTCP between them, on every flow at the
// same time, and checks that each arrives once and unchanged, from the address
// and port that the receiver's SDP named, and that nothing else does. Order is
// not judged: veth queues per CPU, and the sender moves between CPUs.
func Exchange(n int, flows ...Flow) error {
	bursts, err := Send(n, flows...)
	if err != nil {
		return err
	}
	var errs []error
	for i, f := range flows {
		errs = append(errs, f.check(bursts[i]))
	}
	return errors.Join(errs...)
}

// Send only sends.
func Send(n int, flows ...Flow) ([]burst, error) {
	if len(flows) == 0 {
		return nil, errors.New("no flow: all sections refused?")
	}
	bursts := make([]burst, len(flows))
	tick := time.NewTicker(interval(len(flows)))
	defer tick.Stop()
	for k := range n {
		for i, f := range flows {
			if err := f.From.sendRTP(&bursts[i], k); err != nil {
				return bursts, err
			}
			if k%reportEvery == reportEvery/2 {
				if err := f.From.sendRTCP(&bursts[i]); err != nil {
					return bursts, err
				}
			}
		}
		<-tick.C
	}
	return bursts, nil
}

func (e *End) sendRTP(b *burst, k int) error {
	if e.Remote.Refused() {
		return fmt.Errorf("%s %s: no address to send to", e.Kind, e.local)
	}
	pt, err := strconv.ParseUint(e.Remote.Formats[0], 10, 7)
	if err != nil {
		return fmt.Errorf("format %q: %w", e.Remote.Formats[0], err)
	}
	size := 160
	if e.Kind == "video" {
		size = 1100
	}
	p := make([]byte, 12+size)
	p[0], p[1] = 0x80, byte(pt)
	if k == 0 {
		p[1] |= 0x80 // marker
	}
	binary.BigEndian.PutUint16(p[2:], e.seq)
	binary.BigEndian.PutUint32(p[4:], e.timestamp)
	binary.BigEndian.PutUint32(p[8:], e.SSRC)
	for i := range size {
		p[12+i] = byte(i + k)
	}
	e.seq++
	e.timestamp += 160
	b.rtp = append(b.rtp, p)
	e.Sent.RTP++
	_, err = e.rtp.WriteToUDPAddrPort(p, e.Remote.RTP)
	return err
}

// sendRTCP sends a sender report with a source description (RFC 3550
// section 6.1), and with a report block once something was heard.
func (e *End) sendRTCP(b *burst) error {
	e.reports++
	p := make([]byte, 28, 72)
	p[0], p[1], p[3] = 0x80, 200, 6
	binary.BigEndian.PutUint32(p[4:], e.SSRC)
	binary.BigEndian.PutUint32(p[8:], e.reports) // stands for the NTP time
	binary.BigEndian.PutUint32(p[16:], e.timestamp)
	if ssrc, seq, ok := e.lastHeard(); ok && !e.NoBlocks {
		p[0], p[3] = 0x81, 12
		p = binary.BigEndian.AppendUint32(p, ssrc)
		p = append(p, 0, 0, 0, 0, 0, 0) // nothing lost
		p = binary.BigEndian.AppendUint16(p, seq)
		p = append(p, make([]byte, 12)...) // no jitter, no sender report
	}
	p = append(p, 0x81, 202, 0, 4)
	p = binary.BigEndian.AppendUint32(p, e.SSRC)
	p = append(p, 1, 9)
	p = append(p, "e2e@phone"...)
	p = append(p, 0)
	b.rtcp = append(b.rtcp, p)
	return e.SendRTCP(p)
}

// SendRTCP sends an RTCP packet from and to the port that the two SDPs agree on.
func (e *End) SendRTCP(p []byte) error {
	e.Sent.RTCP++
	conn, to := e.rtcp, e.Remote.RTCP
	if e.muxed {
		conn, to = e.rtp, e.Remote.RTP
	}
	_, err := conn.WriteToUDPAddrPort(p, to)
	return err
}

// check waits for the burst and compares.
func (f Flow) check(b burst) error {
	want := len(b.rtp) + len(b.rtcp)
	// Whether all came is judged below, with the details.
	_ = lab.Eventually(3*time.Second, func() error {
		if n := f.To.arrived(); n < want {
			return fmt.Errorf("%d of %d", n, want)
		}
		return nil
	})
	rtp, rtcp := f.To.Remote.RTP, f.To.Remote.RTCP
	if f.To.muxed {
		rtcp = rtp
	}
	var gotRTP, gotRTCP [][]byte
	var errs []error
	for _, p := range f.To.Take() {
		from, onRTCP := rtp, false
		if isRTCP(p.Data) {
			gotRTCP = append(gotRTCP, p.Data)
			from, onRTCP = rtcp, !f.To.muxed
		} else {
			gotRTP = append(gotRTP, p.Data)
		}
		if len(errs) < 3 {
			errs = append(errs, checkPlace(p, from, onRTCP))
		}
	}
	rtpCount, rtpErr := compare("RTP", b.rtp, gotRTP)
	rtcpCount, rtcpErr := compare("RTCP", b.rtcp, gotRTCP)
	f.To.Got.RTP += rtpCount
	f.To.Got.RTCP += rtcpCount
	errs = append(errs, rtpErr, rtcpErr)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s %s -> %s: %w", f.From.Kind, f.From.local, f.To.local, err)
	}
	return nil
}

func checkPlace(p Received, from netip.AddrPort, onRTCP bool) error {
	if p.From != from {
		return fmt.Errorf("a packet came from %s, the SDP named %s", p.From, from)
	}
	if p.RTCP != onRTCP {
		return fmt.Errorf("a packet from %s came to the wrong port of the pair", p.From)
	}
	return nil
}

// compare counts what arrived, and says what is missing, changed or doubled.
func compare(what string, sent, got [][]byte) (arrived int, err error) {
	index := make(map[string]int, len(sent))
	for i, p := range sent {
		index[string(p)] = i
	}
	seen := make([]bool, len(sent))
	foreign, doubled := 0, 0
	for _, p := range got {
		i, ok := index[string(p)]
		switch {
		case !ok:
			foreign++
			continue
		case seen[i]:
			doubled++
		}
		seen[i] = true
	}
	missing := 0
	first := -1
	for i, ok := range seen {
		if !ok {
			missing++
			if first < 0 {
				first = i
			}
		}
	}
	if missing+foreign+doubled == 0 {
		return len(sent), nil
	}
	return len(sent) - missing, fmt.Errorf("%s: of %d packets %d missing (first: number %d), %d doubled; %d foreign ones",
		what, len(sent), missing, first, doubled, foreign)
}

// isRTCP tells RTCP from RTP on one port (RFC 5761 section 4).
func isRTCP(p []byte) bool { return len(p) > 1 && p[1] >= 192 && p[1] <= 223 }
