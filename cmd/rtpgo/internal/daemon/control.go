package daemon

import (
	"fmt"
	"net/netip"
	"sync"

	"rtpgo/cmd/rtpgo/internal/ctl"
	"rtpgo/cmd/rtpgo/internal/httpserver"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/config"
	"rtpgo/ng/tcp"
	"rtpgo/ng/udp"
)

// listenAddresses reads the values of a listen option.
func listenAddresses(option string, list []string) ([]netip.AddrPort, error) {
	var out []netip.AddrPort
	for _, text := range list {
		addresses, err := udp.ParseListen(text)
		if err != nil { // a host name, perhaps
			if addresses, err = config.ParseListen(text); err != nil {
				return nil, fmt.Errorf("%s: %w", option, err)
			}
		}
		out = append(out, addresses...)
	}
	return out, nil
}

// startTCP makes the TCP listener of the NG protocol, or returns nil where none
// is asked for.
func (d *daemon) startTCP() (*tcp.Listener, error) {
	addresses, err := listenAddresses("listen-tcp-ng", d.cfg.ListenTCPNG)
	if err != nil || len(addresses) == 0 {
		return nil, err
	}
	l, err := tcp.Listen(tcp.Config{
		Addresses: addresses, TOS: int(d.cfg.ControlTOS), Silent: d.cfg.Export.DTMFLogNGTCP, Log: d.log.Named(logs.Control),
	}, d.server)
	d.outputs.clients.Store(l)
	if err == nil {
		d.ways.add(l)
	}
	return l, err
}

// startCLI serves rtpengine-ctl, or returns nil where nobody asks for it.
func (d *daemon) startCLI() (*ctl.Listener, error) {
	addresses, err := listenAddresses("listen-cli", d.cfg.ListenCLI)
	if err != nil || len(addresses) == 0 {
		return nil, err
	}
	l, err := ctl.Listen(addresses, int(d.cfg.ControlTOS), d.commands)
	if err == nil {
		d.ways.add(l)
	}
	return l, err
}

// ways are the listeners by which the daemon is commanded, as far as they are
// started.
type ways struct {
	mu   sync.Mutex
	list []interface{ SetTOS(tos int) error }
}

func (w *ways) add(l interface{ SetTOS(tos int) error }) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, l)
}

// setTOS changes --control-tos while the daemon runs. TCP connections that are
// open keep theirs.
func (w *ways) setTOS(tos int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.list {
		if err := l.SetTOS(tos); err != nil {
			return err
		}
	}
	return nil
}

// startHTTP makes the HTTP server and mounts what it serves, or returns nil
// where none is asked for.
func (d *daemon) startHTTP() (*httpserver.Server, error) {
	c := httpserver.Config{
		CertFile: d.cfg.HTTPSCert, KeyFile: d.cfg.HTTPSKey,
		TokenFile: d.cfg.HTTPTokenFile, ClientCA: d.cfg.HTTPSClientCA,
		TOS: int(d.cfg.ControlTOS), Log: d.log.Named(logs.HTTP),
	}
	var err error
	if c.HTTP, err = listenAddresses("listen-http", d.cfg.ListenHTTP); err != nil {
		return nil, err
	}
	if c.HTTPS, err = listenAddresses("listen-https", d.cfg.ListenHTTPS); err != nil {
		return nil, err
	}
	if len(c.HTTP)+len(c.HTTPS) == 0 {
		return nil, nil
	}
	s, err := httpserver.New(c)
	if err != nil {
		return nil, err
	}
	d.mount(s)
	if err := s.Start(); err != nil {
		return s, err
	}
	d.ways.add(s)
	return s, nil
}
