package operator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rtpgo.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigCheck(t *testing.T) {
	good := write(t, "[rtpengine]\ninterface = pub/127.0.0.1!198.51.100.1\nlisten-ng = 127.0.0.1:22222\n")
	status, stdout, stderr := command("config", "check", good)
	if status != exitOK || !strings.Contains(stdout, "198.51.100.1") || !strings.Contains(stdout, "rtpgo doctor --config-file="+good) {
		t.Errorf("a good file: exit status %d\n%s%s", status, stdout, stderr)
	}
	bad := write(t, "[rtpengine]\ninterface = pub/127.0.0.1\nlisten-ng = 127.0.0.1:22222\nport-mni = 3\n")
	status, stdout, stderr = command("config", "check", bad)
	if status != exitFailed || !strings.Contains(stdout, bad+":4: unknown option") || !strings.Contains(stderr, "won't start") {
		t.Errorf("a bad file: exit status %d\n%s%s", status, stdout, stderr)
	}
}

func TestDoctor(t *testing.T) {
	good := write(t, "[rtpgo]\ninterface = pub/127.0.0.1\nlisten-ng = 127.0.0.1:1\nport-min = 20000\nport-max = 20099\n")
	_, stdout, stderr := command("doctor", "--config-file", good)
	for _, want := range []string{"configuration: " + good, "address 127.0.0.1: present", "20000-20099 is outside", "engine"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("doctor doesn't say %q\n%s%s", want, stdout, stderr)
		}
	}
	status, stdout, _ := command("doctor", "--config-file=none", "--interface=192.0.2.254", "--listen-ng=127.0.0.1:22222")
	if status != exitFailed || !strings.Contains(stdout, "ip address add 192.0.2.254/32") {
		t.Errorf("an address that isn't there: exit status %d\n%s", status, stdout)
	}
	status, stdout, _ = command("doctor", "--config-file=none", "--json")
	if status != exitFailed || !strings.Contains(stdout, `"level": "FAIL"`) {
		t.Errorf("no configuration: exit status %d\n%s", status, stdout)
	}
}

func TestManpage(t *testing.T) {
	if status, stdout, stderr := command("manpage"); status != exitOK || !strings.HasPrefix(stdout, ".TH RTPGO 8") {
		t.Errorf("exit status %d, %.60s %s", status, stdout, stderr)
	}
}
