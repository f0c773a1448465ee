package call

import (
	"testing"
	"time"

	"rtpgo/ng"
)

// TestTimeouts: what ends a call by itself, and what is counted.
func TestTimeouts(t *testing.T) {
	const (
		offered = iota
		answered
		held
	)
	all := func(cfg *Config) {
		cfg.Timeout, cfg.SilentTimeout = time.Minute, time.Hour
		cfg.FinalTimeout, cfg.OfferTimeout = 3*time.Hour, 90*time.Second
	}
	for _, c := range []struct {
		name    string
		change  func(*Config)
		state   int
		packets time.Duration // from a, every so often; 0: none
		lasts   time.Duration // 0: for ever (a day)
		counted string
	}{
		{"no packets", all, answered, 0, time.Minute, "timeoutsessions"},
		{"packets", all, answered, 50 * time.Second, 3 * time.Hour, "finaltimeoutsessions"},
		{"held", all, held, 0, time.Hour, "silenttimeoutsessions"},
		{"no answer", func(cfg *Config) { all(cfg); cfg.Timeout = 0 }, offered, 0, 90 * time.Second, "offertimeoutsessions"},
		{"no answer, but packets", all, offered, 10 * time.Second, 90 * time.Second, "offertimeoutsessions"},
		{"no time-outs", nil, answered, 0, 0, ""},
		{"no time-out, packets", nil, answered, time.Hour, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, c.change)
			k := l.call()
			direction := "a=sendrecv"
			if c.state == held {
				direction = "a=inactive"
			}
			k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", direction))
			if c.state != offered {
				k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0", direction))
			}
			toA := k.facing("a")
			const step = 10 * time.Second
			age, quiet := time.Duration(0), time.Duration(0)
			for ; l.r.Count() == 1 && age < 24*time.Hour; age += step {
				if quiet += step; c.packets > 0 && quiet >= c.packets {
					quiet = 0
					l.send(addrPort("198.51.100.1:4000"), toA, rtpOf(0, uint16(age/step)))
				}
				l.pass(step)
			}
			if c.lasts == 0 {
				if l.r.Count() != 1 {
					t.Errorf("ended after %s", age)
				}
				return
			}
			if age != c.lasts {
				t.Errorf("ended after %s, want %s", age, c.lasts)
			}
			l.empty()
			total := get(get(l.do("statistics"), "statistics").(ng.Dict), "totalstatistics").(ng.Dict)
			for _, name := range []string{"timeoutsessions", "silenttimeoutsessions", "finaltimeoutsessions", "offertimeoutsessions"} {
				want := int64(0)
				if name == c.counted {
					want = 1
				}
				if got := get(total, name); got != want {
					t.Errorf("%s: %v, want %d", name, got, want)
				}
			}
		})
	}
}

// TestSignalsKeepAlive: signalling counts as life, not only packets.
func TestSignalsKeepAlive(t *testing.T) {
	l := newLab(t, func(cfg *Config) { cfg.Timeout = time.Minute })
	k := l.established()
	for range 5 {
		l.pass(50 * time.Second)
		k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	}
	if l.r.Count() != 1 {
		t.Fatal("ended in spite of re-offers")
	}
	l.pass(time.Minute)
	if l.r.Count() != 0 {
		t.Error("lives on without signals")
	}
}

// TestClockRuns: New's registry ends calls by itself.
func TestClockRuns(t *testing.T) {
	r := testRegistry(t, func(cfg *Config) { cfg.OfferTimeout = time.Millisecond })
	l := &lab{TB: t, r: r}
	l.call().offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	deadline := time.Now().Add(20 * time.Second)
	for r.Count() != 0 {
		if time.Now().After(deadline) {
			t.Fatal("the call is still there")
		}
		time.Sleep(20 * time.Millisecond)
	}
}
