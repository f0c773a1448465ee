package daemon

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/cdr"
	"rtpgo/cmd/rtpgo/internal/dtmflog"
	"rtpgo/cmd/rtpgo/internal/graphite"
	"rtpgo/cmd/rtpgo/internal/homer"
	"rtpgo/cmd/rtpgo/internal/rtcplog"
	"rtpgo/ng"
	"rtpgo/ng/tcp"
)

// outputs are what tells other systems about calls.
type outputs struct {
	cdr      *cdr.Writer
	graphite *graphite.Reporter
	dtmf     *dtmflog.Log
	homer    *homer.Sender
	rtcp     *rtcplog.Tap
	// clients are those of NG over TCP, who hear of DTMF events; nil before the
	// listener is there.
	clients atomic.Pointer[tcp.Listener]
}

// startOutputs starts what the options ask for and tells calls about it.
func (d *daemon) startOutputs(calls *call.Config) error {
	if err := d.startCDR(calls); err != nil {
		return err
	}
	if err := d.startDTMF(calls); err != nil {
		return err
	}
	if err := d.startHomer(); err != nil {
		return err
	}
	d.startRTCP(calls)
	return nil
}

// startCDR has a record of each call written where the options say.
func (d *daemon) startCDR(calls *call.Config) (err error) {
	c := cdr.Config{Line: d.logs.Facility(d.cfg.Log.FacilityCDR), File: d.cfg.Export.CDRFile, Log: d.log}
	if c.Line == nil && c.File == "" {
		return nil
	}
	if d.outputs.cdr, err = cdr.New(c); err != nil {
		return fmt.Errorf("cdr-file: %w", err)
	}
	calls.Ended = d.outputs.cdr.Ended
	return nil
}

func (d *daemon) startDTMF(calls *call.Config) error {
	o := &d.outputs
	to, err := destination("dtmf-log-dest", d.cfg.Export.DTMFLogDest)
	if err != nil {
		return err
	}
	c := dtmflog.Config{To: to, Line: d.logs.Facility(d.cfg.Log.FacilityDTMF), Log: d.log}
	if d.cfg.Export.DTMFLogNGTCP {
		c.Notify = o.notify
	}
	if o.dtmf, err = dtmflog.New(c); err != nil {
		return fmt.Errorf("dtmf-log-dest: %w", err)
	}
	calls.DTMF = call.DTMFConfig{Event: o.dtmf.Event, All: to.IsValid() || c.Line != nil || c.Notify != nil}
	return nil
}

// notify sends a document to all clients of NG over TCP, under a cookie of its
// own as in the reference.
func (o *outputs) notify(document []byte) {
	if l := o.clients.Load(); l != nil {
		var cookie [8]byte
		rand.Read(cookie[:])
		l.Broadcast(append(hex.AppendEncode(nil, cookie[:]), append([]byte{' '}, document...)...))
	}
}

func (d *daemon) startHomer() error {
	e := &d.cfg.Export
	if e.Homer == "" {
		return nil
	}
	if err := homer.Check(e.Homer); err != nil {
		return fmt.Errorf("homer: %w", err)
	}
	d.outputs.homer = homer.NewSender(homer.Config{
		Network: e.HomerProtocol, Address: e.Homer, Capture: uint32(e.HomerID), Log: d.log,
	})
	return nil
}

// startRTCP has RTCP reports sent to HOMER and to syslog.
func (d *daemon) startRTCP(calls *call.Config) {
	c := rtcplog.Config{Line: d.logs.Facility(d.cfg.Log.FacilityRTCP)}
	if h := d.outputs.homer; h != nil && !d.cfg.Export.HomerDisableRTCP {
		c.JSON = func(callID string, from, to netip.AddrPort, at time.Time, text []byte) {
			h.Send(&homer.Packet{Source: from, Destination: to, Time: at, Protocol: homer.RTCP, Correlation: callID, Payload: text})
		}
	}
	if c.Line == nil && c.JSON == nil {
		return
	}
	d.outputs.rtcp = rtcplog.New(c)
	calls.TapRTCP = d.outputs.rtcp.Take
}

// traceNG has NG messages sent to HOMER, if the options ask for it.
func (d *daemon) traceNG(s *ng.Server) {
	h, protocol := d.outputs.homer, uint8(d.cfg.Export.HomerNGCaptureProto)
	if h == nil || !d.cfg.Export.HomerNG {
		return
	}
	s.Trace = func(t ng.Traced) {
		p := homer.Packet{
			Source: t.Peer, Destination: t.Local, TCP: t.TCP, Time: time.Now(), Protocol: protocol,
			Correlation: t.CallID, Payload: append([]byte(nil), t.Message...),
		}
		if t.Reply {
			p.Source, p.Destination = t.Local, t.Peer
		}
		ng.MaskSecrets(p.Payload)
		h.Send(&p)
	}
}

// close sends what is waiting. Calls and engine have ended.
func (o *outputs) close() {
	if o.graphite != nil {
		o.graphite.Close()
	}
	if o.cdr != nil {
		o.cdr.Close()
	}
	if o.dtmf != nil {
		o.dtmf.Close()
	}
	if o.rtcp != nil {
		o.rtcp.Close()
	}
	if o.homer != nil {
		o.homer.Close()
	}
}

// destination reads ADDRESS:PORT of an option; zero without one.
func destination(option, text string) (netip.AddrPort, error) {
	if text == "" {
		return netip.AddrPort{}, nil
	}
	a, err := net.ResolveUDPAddr("udp", text)
	switch {
	case err != nil:
		return netip.AddrPort{}, fmt.Errorf("%s: %w", option, err)
	case a.Port == 0 || a.IP == nil || a.IP.IsUnspecified():
		return netip.AddrPort{}, fmt.Errorf("%s: %q isn't an address and port that something can be sent to", option, text)
	}
	to := a.AddrPort()
	return netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), nil
}
