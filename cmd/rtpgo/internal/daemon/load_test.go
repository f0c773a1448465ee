package daemon

import "testing"

func TestHostLoad(t *testing.T) {
	for text, want := range map[string]float64{"0.75 1.00 2.00 3/100 4711\n": 0.75, "": 0, "x": 0} {
		if got := loadAverage(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	h := new(hostLoad)
	for i, c := range []struct {
		stat string
		want float64
	}{
		{"cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1\n", 0}, // nothing to compare with
		{"cpu  130 0 110 740 110 5 5 0 99 99\n", 50},        // guests are part of the first field
		{"cpu  130 0 110 740 110 5 5 0 99 99\n", 0},         // no time has passed
		{"cpu  130 0 110 760 130 5 5 0 99 99\n", 0},         // idle, and waiting for disks
		{"garbage", 0},
		{"cpu 1 2 3 x 5 6", 0},
		{"cpu  230 0 110 760 130 5 5 0\n", 100},
	} {
		if got := h.cpu(c.stat); got != c.want {
			t.Errorf("%d. %q: %v, want %v", i, c.stat, got, c.want)
		}
	}
	if load := new(hostLoad).measure(); load.Average < 0 || load.CPU != 0 {
		t.Errorf("this host: %+v", load)
	}
}
