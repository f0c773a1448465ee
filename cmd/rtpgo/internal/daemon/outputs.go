package daemon

import (
	"fmt"
	"net"
	"net/netip"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/dtmflog"
)

// outputs are what tells other systems about calls.
type outputs struct {
	dtmf *dtmflog.Log
}

// startOutputs starts what the options ask for and tells calls about it.
func (d *daemon) startOutputs(calls *call.Config) error {
	o := &d.outputs
	to, err := destination("dtmf-log-dest", d.cfg.Export.DTMFLogDest)
	if err != nil {
		return err
	}
	c := dtmflog.Config{To: to, Line: d.logs.Facility(d.cfg.Log.FacilityDTMF), Log: d.log}
	if o.dtmf, err = dtmflog.New(c); err != nil {
		return fmt.Errorf("dtmf-log-dest: %w", err)
	}
	calls.DTMF = call.DTMFConfig{Event: o.dtmf.Event, All: to.IsValid() || c.Line != nil}
	return nil
}

// close sends what is waiting. Calls and engine have ended.
func (o *outputs) close() {
	if o.dtmf != nil {
		o.dtmf.Close()
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
