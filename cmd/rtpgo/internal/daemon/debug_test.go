package daemon

import (
	"strings"
	"syscall"
	"testing"

	"rtpgo/ng"
)

// TestDebugFlag: of a call whose offer has the flag everything is logged, SDP
// before and after it, though the log is for warnings only; keys are not.
func TestDebugFlag(t *testing.T) {
	p := launch(t, "--log-level=4")
	const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
	offer := offerOf("debugged", ng.Pair{Key: "flags", Value: ng.List{"debug"}})
	offer[3].Value = strings.ReplaceAll(offer[3].Value.(string), "RTP/AVP 8\r\n", "RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"+key+"\r\n")
	p.ask(offerOf("quiet"))
	if reply := p.ask(offer); !strings.Contains(reply, `"result":"ok"`) {
		t.Fatal(reply)
	}
	p.ask(ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: "debugged"}})
	text := p.log.String()
	for _, want := range []string{`"command": "offer", "call": "debugged"`, `"flags\":[\"debug\"]`, "\nsdp:\nv=0\n", "(hidden)", "\nreply sdp:\nv=0\n",
		`"command": "delete", "call": "debugged"`, `"kind": "ports", "text": "RTP port 127.0.0.1:`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, key) || strings.Contains(text, "quiet") {
		t.Errorf("the log holds what it must not:\n%s", text)
	}
}

func TestLogLevelBySignal(t *testing.T) {
	p := launch(t, "--log-level=4")
	for range 3 {
		p.signals <- syscall.SIGUSR2
	}
	until(t, "the level is 7", func() bool { return strings.Contains(p.log.String(), `{"level": 7}`) })
	p.ask(ng.Dict{{Key: "command", Value: "ping"}})
	until(t, "requests are logged", func() bool { return strings.Contains(p.log.String(), `"command": "ping"`) })
	p.signals <- syscall.SIGUSR1
	until(t, "the level is 6", func() bool { return strings.Contains(p.log.String(), `{"level": 6}`) })
	p.running()
}
