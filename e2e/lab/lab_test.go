package lab

import (
	"os"
	"testing"
)

func TestLab(t *testing.T) {
	relay := os.Getenv("RTPGO_BIN")
	if relay == "" {
		relay = "../../bin/rtpgo"
	}
	if why := Missing(relay); why != "" {
		t.Skip(why)
	}
	cfg, err := os.ReadFile("../testdata/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(Config{Relay: relay, KamailioConfig: cfg, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	calls, err := l.NG.Calls()
	t.Log(calls, err)
	total, err := l.HashTotal()
	t.Log(total, err)
	ports, err := l.MediaPorts()
	t.Log(ports, err)
	t.Log(l.Kamailio.LogTail(10))
	t.Logf("%+v", l.Tap.Exchanges(""))
}
