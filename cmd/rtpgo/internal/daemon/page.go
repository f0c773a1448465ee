package daemon

import (
	"os"

	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/cmd/rtpgo/internal/page"
)

// newPage makes the live web page.
func (d *daemon) newPage() *page.Page {
	host, err := os.Hostname()
	if err != nil {
		host = "this host"
	}
	return page.New(page.Sources{
		Calls: d.calls, NG: d.server, Host: host,
		Placements: func() []engine.Placement { return engine.Placements(d.engine, localAddresses(d.calls.Interfaces)) },
	})
}
