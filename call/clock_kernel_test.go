package call

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"rtpgo/media"
)

// reticent is an engine that forwards below user space and tells of it only
// when it is asked.
type reticent struct {
	media.Engine
	l      *lab
	silent atomic.Bool // there are no packets
}

func (e *reticent) Open(local netip.AddrPort) (media.Port, error) {
	p, err := e.Engine.Open(local)
	if err != nil {
		return nil, err
	}
	return &reticentPort{Port: p, engine: e}, nil
}

type reticentPort struct {
	media.Port
	engine *reticent
	stream atomic.Pointer[media.Stream]
}

func (p *reticentPort) Lower() media.Port { return p.Port }
func (p *reticentPort) Heard()            {}
func (p *reticentPort) Moving()           {}

func (p *reticentPort) Moved(s *media.Stream) {
	p.stream.Store(s)
	s.SetKernelized(true)
}

func (p *reticentPort) Report() {
	if s := p.stream.Load(); s != nil && !p.engine.silent.Load() {
		s.AddKernel(media.Counters{Packets: 1, Octets: 160}, p.engine.l.r.packetNow())
	}
}

// A call isn't ended before the kernel has been asked for its packets.
func TestTimeoutAsksTheKernel(t *testing.T) {
	engine := &reticent{}
	l := newLab(t, func(cfg *Config) {
		cfg.Timeout = time.Minute
		engine.Engine = cfg.Engine
		cfg.Engine = engine
	})
	engine.l = l
	k := l.call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0"))
	for range 5 {
		l.pass(50 * time.Second)
	}
	if n := l.r.Count(); n != 1 {
		t.Fatalf("%d calls, though the kernel forwards packets of one", n)
	}
	engine.silent.Store(true)
	l.pass(50 * time.Second)
	l.pass(50 * time.Second)
	if n := l.r.Count(); n != 0 {
		t.Errorf("%d calls after the last packet", n)
	}
}
