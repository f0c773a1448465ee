package play

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/sip"
)

// First media ports of SIPp's telephones and gateways; each call takes the
// next but three.
const (
	callerPorts  = 40000
	gatewayPorts = 50000
)

// SIPp is one SIPp calling another through the host, and the media ends of
// their calls. SIPp itself sends no media.
type SIPp struct {
	// Scenarios holds the scenario files UAC.xml and UAS.xml.
	Scenarios fs.FS
	UAC, UAS  string
	// Calls are placed at once.
	Calls int
	// Pairs are each call's ends, the caller's first, once Start has returned.
	Pairs [][2]*phone.End

	caller, gateway *lab.Process
	from, to        Side
	media           []*phone.Media
	watchers        []*watcher
}

// Start places the calls and waits until all of them have media on both
// sides. End must be called whatever it returns.
func (p *SIPp) Start(l *lab.Lab, from, to Side) (err error) {
	p.from, p.to = from, to
	for _, at := range []struct {
		Side
		host, port int
	}{{from, 22, callerPorts}, {to, 12, gatewayPorts}} {
		// SIPp takes ports of its own address, so that the ends have another.
		m, err := phone.New(at.Netns, at.IP(at.host), at.port, "audio")
		if err != nil {
			return err
		}
		p.media = append(p.media, m)
		for k := 1; k < p.Calls; k++ {
			if err := m.AddEnd(at.port+4*k, "audio"); err != nil {
				return err
			}
		}
		w, err := watch(at.Side)
		if err != nil {
			return err
		}
		p.watchers = append(p.watchers, w)
	}
	if p.gateway, err = p.run(l, to, 11, p.UAS, gatewayPorts); err != nil {
		return err
	}
	if err := lab.Eventually(5*time.Second, func() error { return listening(to) }); err != nil {
		return err
	}
	if p.caller, err = p.run(l, from, 21, p.UAC, callerPorts); err != nil {
		return err
	}
	return lab.Eventually(20*time.Second, func() (err error) {
		p.Pairs, err = pair(p.watchers[0], p.watchers[1], p.media[0], p.media[1])
		if err == nil && len(p.Pairs) < p.Calls {
			err = fmt.Errorf("%d calls of %d have media", len(p.Pairs), p.Calls)
		}
		return err
	})
}

// HangUp lets all callers go on: to BYE or CANCEL.
func (p *SIPp) HangUp() error { return p.tell(p.from, 21, p.watchers[0]) }

// PickUp ends all gateways' announcements.
func (p *SIPp) PickUp() error { return p.tell(p.to, 11, p.watchers[1]) }

// tell sends a MESSAGE in each call to one of the SIPps. It has the headers of
// the last message with SDP that SIPp received, as SIPp's [last_...] will take
// them from the MESSAGE.
func (p *SIPp) tell(at Side, host int, w *watcher) error {
	var conn net.Conn
	err := at.Netns.Do(func() (err error) {
		conn, err = net.Dial("udp", net.JoinHostPort(at.IP(host), strconv.Itoa(lab.SIPPort)))
		return err
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, last := range w.lastReceived() {
		m := &sip.Message{Method: "MESSAGE", URI: "sip:sipp"}
		for _, h := range last.Headers {
			switch h.Name {
			case "Via", "Record-Route", "From", "To", "Call-ID", "CSeq":
				m.Add(h.Name, h.Value)
			}
		}
		if _, err := conn.Write(m.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func listening(at Side) error {
	ports, err := at.Netns.UDPPorts()
	for _, port := range ports {
		if port == lab.SIPPort {
			return nil
		}
	}
	return fmt.Errorf("sipp does not listen: %v", err)
}

// run starts one SIPp.
func (p *SIPp) run(l *lab.Lab, at Side, host int, scenario string, mediaPort int) (*lab.Process, error) {
	text, err := fs.ReadFile(p.Scenarios, scenario+".xml")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(l.Config.Dir, scenario+"-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, scenario+".xml")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return nil, err
	}
	return at.Netns.Start(dir, scenario, "sipp",
		fmt.Sprintf("%s:%d", at.SBC, lab.SIPPort), "-sf", file, "-i", at.IP(host), "-p", strconv.Itoa(lab.SIPPort),
		"-mi", at.IP(host), "-mp", strconv.Itoa(mediaPort), "-key", "ends", at.IP(host+1),
		"-m", strconv.Itoa(p.Calls), "-l", strconv.Itoa(p.Calls), "-r", "100",
		"-s", "100",
		"-nostdin", "-trace_err", "-timeout", "60s", "-timeout_error", "-skip_rlimit")
}

// Flows are the media of all calls, from the callers, to them, or both.
func (p *SIPp) Flows(fromCaller, toCaller bool) (flows []phone.Flow) {
	for _, c := range p.Pairs {
		if fromCaller {
			flows = append(flows, phone.Flow{From: c[0], To: c[1]})
		}
		if toCaller {
			flows = append(flows, phone.Flow{From: c[1], To: c[0]})
		}
	}
	return flows
}

// Wait waits for SIPp's own end; it is an error unless every call went as the
// scenario says.
func (p *SIPp) Wait() error {
	for _, q := range []*lab.Process{p.caller, p.gateway} {
		if err := q.Wait(40 * time.Second); err != nil {
			said := q.LogTail(40)
			logs, _ := filepath.Glob(filepath.Join(filepath.Dir(q.LogFile), "*_errors.log"))
			for _, name := range logs {
				text, _ := os.ReadFile(name)
				said += fmt.Sprintf("\n%.3000s", text)
			}
			return fmt.Errorf("sipp: %s: %w\n%s", q.Name, err, said)
		}
	}
	return nil
}

// End stops what still runs, closes the ends, and returns how many packets
// came that no Exchange had waited for.
func (p *SIPp) End() (stray int) {
	for _, q := range []*lab.Process{p.caller, p.gateway} {
		if q == nil {
			continue
		}
		if ended, _ := q.Exited(); !ended {
			// Only after a failure; what it says then is of no interest.
			_ = q.Stop()
		}
	}
	for _, w := range p.watchers {
		w.closer.Close()
	}
	for _, m := range p.media {
		for _, e := range m.Ends {
			stray += len(e.Take())
		}
		m.Close()
	}
	return stray
}
