package mos

import (
	"testing"
	"time"
)

// The scores that the reference's documentation and running answers give for
// these figures, as tenths cut off.
func TestScore(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		formula Formula
		in      Input
		want    int
	}{
		{G107, Input{}, 43},
		{G107, Input{RTT: 250 * ms, Jitter: 15 * ms, Loss: 3}, 36},
		{G107, Input{RTT: 402 * ms, Jitter: 20 * ms, Loss: 5}, 28},
		{G107, Input{Loss: 4, Fullband: true}, 36},
		{G1072, Input{Loss: 4}, 36},
		{G1072, Input{Fullband: true}, 43},
		{G1072, Input{RTT: 250 * ms, Jitter: 15 * ms, Loss: 3, Fullband: true}, 30},
		{G1072, Input{RTT: 270 * ms, Jitter: 15 * ms, Loss: 3, Fullband: true}, 30},
		{G1072, Input{RTT: 400 * ms, Jitter: 20 * ms, Loss: 5, Fullband: true}, 22},
		{G1072, Input{RTT: 420 * ms, Jitter: 20 * ms, Loss: 5, Fullband: true}, 22},
		{Legacy, Input{}, 44},
		{Legacy, Input{RTT: 250 * ms, Jitter: 15 * ms, Loss: 3}, 35},
		{Legacy, Input{RTT: 402 * ms, Jitter: 20 * ms, Loss: 5}, 24},
		{Legacy, Input{RTT: 304 * ms, Jitter: 15 * ms, Loss: 3}, 32},
		{Legacy, Input{RTT: 300 * ms, Jitter: 40 * ms, Loss: 7}, 25},
		{Legacy, Input{RTT: 304 * ms, Jitter: 30 * ms, Loss: 9}, 23},
	} {
		if got := int(10 * c.formula.Score(c.in)); got != c.want {
			t.Errorf("formula %d, %+v: %d, want %d", c.formula, c.in, got, c.want)
		}
	}
}

// More loss, jitter or delay never makes a score better, nor leaves the scale.
func TestMonotonous(t *testing.T) {
	for f := G107; f <= Legacy; f++ {
		for _, fullband := range []bool{false, true} {
			for name, make := range map[string]func(n int) Input{
				"loss":   func(n int) Input { return Input{Loss: float64(n), Fullband: fullband} },
				"delay":  func(n int) Input { return Input{RTT: time.Duration(n) * 20 * time.Millisecond, Fullband: fullband} },
				"jitter": func(n int) Input { return Input{Jitter: time.Duration(n) * 5 * time.Millisecond, Fullband: fullband} },
			} {
				last := 4.5
				for n := range 101 {
					s := f.Score(make(n))
					if s > last || s < 1 {
						t.Errorf("formula %d, %s %d, fullband %v: %v after %v", f, name, n, fullband, s, last)
					}
					last = s
				}
			}
		}
	}
}
