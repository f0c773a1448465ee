package daemon

import (
	"strings"
	"testing"

	"rtpgo/ng"
)

// TestMetricsOverHTTP: what a scrape gets from the daemon as it runs.
func TestMetricsOverHTTP(t *testing.T) {
	address := freeAddress(t)
	p := launch(t, "--listen-http="+address)
	p.ask(ng.Dict{{Key: "command", Value: "list"}})
	status, text := p.fetch("GET", "http://"+address+"/metrics", "")
	for _, want := range []string{
		`rtpengine_requests_total{proxy="127.0.0.1",request="list"} 1`,
		`rtpgo_engine_info{engine="sockets",user_space="sockets"} 1`,
		`rtpgo_engine_queue_drops_total{engine="sockets"} 0`,
		`rtpgo_learned_endpoints_total{match="exact"} 0`,
	} {
		if status != 200 || !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("status %d, no %s in\n%s", status, want, text)
		}
	}
}
