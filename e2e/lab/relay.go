package lab

import (
	"fmt"
	"slices"
	"time"
)

// startRelay starts the daemon under test and waits for its first pong.
func (l *Lab) startRelay() error {
	public, private := "--interface=public/"+PublicIP, "--interface=private/"+PrivateIP
	if l.Config.PrivateFirst {
		public, private = private, public
	}
	args := []string{
		"--config-file=none", "--foreground", "--log-stderr", "--log-level=6",
		public, private,
		"--listen-ng=" + NGAddress,
		fmt.Sprintf("--port-min=%d", PortMin), fmt.Sprintf("--port-max=%d", PortMax),
		"--delete-delay=0", "--timeout=60", "--silent-timeout=600",
	}
	if l.Config.WebSocket {
		args = append(args, "--listen-http="+HTTPAddress)
	}
	args = append(append(slices.Clone(l.Config.Env), l.Config.Relay), append(args, l.Config.Options...)...)
	p, err := l.SBC.Start(l.Config.Dir, "relay", "env", args...)
	if err != nil {
		return err
	}
	l.Relay = p
	l.onClose(p.Stop)
	if l.NG, err = dialNG(l.SBC, NGAddress); err != nil {
		return err
	}
	l.onClose(l.NG.Close)
	return Eventually(10*time.Second, func() error {
		if ended, err := p.Exited(); ended {
			return Fatal(fmt.Errorf("relay ended at start: %v\n%s", err, p.LogTail(20)))
		}
		return l.NG.ping()
	})
}

// MediaPorts counts the relay's sockets in its port range.
func (l *Lab) MediaPorts() (int, error) {
	ports, err := l.SBC.UDPPorts()
	n := 0
	for _, p := range ports {
		if p >= PortMin && p <= PortMax {
			n++
		}
	}
	return n, err
}
