package browser

import (
	"os"
	"os/exec"
	"testing"
)

// ForTest starts a browser for the time of a test, which is skipped where there
// is none.
func ForTest(t testing.TB) *Chromium {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("needs the Debian package chromium")
	}
	dir, err := os.MkdirTemp("", "rtpgo-chromium")
	if err != nil {
		t.Fatal(err)
	}
	// Its helpers may still write at the end, which t.TempDir doesn't forgive.
	t.Cleanup(func() { os.RemoveAll(dir) })
	c, err := Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
