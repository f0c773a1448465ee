package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

type result struct {
	Bin      string  `json:"bin"`
	Streams  int     `json:"streams"`
	Rate     float64 `json:"rate"`
	Size     int     `json:"size"`
	Bidir    bool    `json:"bidir"`
	SRTP     bool    `json:"srtp"`
	Sent     uint64  `json:"sent"`
	Recv     uint64  `json:"recv"`
	Dup      uint64  `json:"dup"`
	Wrong    uint64  `json:"wrong"`
	RingFull uint64  `json:"ring_full"`
	Offered  float64 `json:"offered_pps"`
	Pps      float64 `json:"delivered_pps"`
	LossPct  float64 `json:"loss_pct"`
	P50      float64 `json:"lat_p50_us"`
	P99      float64 `json:"lat_p99_us"`
	P999     float64 `json:"lat_p999_us"`
	Max      float64 `json:"lat_max_us"`
	DCPU     float64 `json:"daemon_cpu_s"`
	User     float64 `json:"daemon_user_s"`
	Sys      float64 `json:"daemon_sys_s"`
	Napi     float64 `json:"napi_cpu_s"`
	Busy     float64 `json:"cpu_busy_s"`
	DNsPkt   float64 `json:"daemon_ns_pkt"`
	NNsPkt   float64 `json:"napi_ns_pkt"`
	NsPkt    float64 `json:"total_ns_pkt"`
	RSSKB    int     `json:"rss_kb"`
	RSSIdle  int     `json:"rss_idle_kb"`
	SlabKB   int     `json:"slab_delta_kb"`
	SetupS   float64 `json:"setup_s"`
	GenLag   int64   `json:"gen_skipped_pkts"`
	Calib    float64 `json:"calib_ns"`  // a loopback send+recv, mean, just before and after: tells a disturbed machine
	Noise    float64 `json:"noise_pct"` // CPU time on the daemon's CPU that went to others
}

type session struct {
	d       *daemon
	calls   []*call
	rssIdle int
	slab    int
	setup   float64
}

func setup(t *topo, spec string) *session {
	slab0 := slabKB()
	t0 := time.Now()
	s := &session{d: startDaemon(t, spec)}
	s.rssIdle = s.d.rssKB()
	if s.d.static {
		for i := 0; i < cfg.streams; i++ {
			s.calls = append(s.calls, &call{aIP: 0xc6120001, bIP: 0xc6130001, aPort: uint16(cfg.base + i), bPort: uint16(cfg.base + i)})
		}
		s.setup = time.Since(t0).Seconds()
		s.rssIdle = 0
	} else {
		t0 = time.Now()
		s.calls = make([]*call, cfg.streams)
		parallel(cfg.conc, cfg.streams, func(wk, i int, g *ngc) {
			c := &call{id: fmt.Sprintf("pf%d", i)}
			s.calls[i] = c
			if err := g.offer(c, i, cfg.srtp); err != nil {
				die("%s: offer %d: %v", s.d.name, i, err)
			}
			if err := g.answer(c, i, cfg.srtp); err != nil {
				die("%s: answer %d: %v", s.d.name, i, err)
			}
		}, t)
		s.setup = time.Since(t0).Seconds()
	}
	s.slab = slabKB() - slab0
	return s
}

func parallel(conc, n int, f func(wk, i int, g *ngc), t *topo) {
	var wg sync.WaitGroup
	ch := make(chan int, 64)
	for k := 0; k < conc; k++ {
		wg.Add(1)
		g := newNG(t, "127.0.0.1:2223", fmt.Sprintf("w%d", k))
		go func() {
			defer wg.Done()
			for i := range ch {
				f(k, i, g)
			}
			g.c.Close()
		}()
	}
	for i := 0; i < n; i++ {
		ch <- i
	}
	close(ch)
	wg.Wait()
}

func (s *session) load(t *topo, rate, warm, secs float64) result {
	l := &loader{t: t, S: cfg.streams, bidir: cfg.bidir, size: cfg.size, tick: time.Duration(cfg.tick) * time.Microsecond, rate: rate, burst: max(cfg.burst, 1)}
	nd := 1
	if cfg.bidir {
		nd = 2
	}
	for dir := 0; dir < nd; dir++ {
		for i, c := range s.calls {
			f := &flow{dir: dir}
			if dir == 0 {
				f.srcIP, f.srcPort = clientAddr(clABase, i)
				f.dstIP, f.dstPort = c.aIP, c.aPort
			} else {
				f.srcIP, f.srcPort = clientAddr(clBBase, i)
				f.dstIP, f.dstPort = c.bIP, c.bPort
				if c.bKey != nil {
					f.srtp = newSRTP(c.bKey)
				}
			}
			l.build(f, 0, uint32(0x10000000*(dir+1)+i))
			l.flows = append(l.flows, f)
		}
	}
	s.d.mustLive()
	var c0, c1 cpu
	undo := s.d.isolate()
	defer undo()
	debug.SetGCPercent(-1)
	cal := calibrate()
	s.d.tasks()
	l.run(time.Duration(warm*1e9), time.Duration(secs*1e9), func(start bool) {
		if start {
			c0 = s.d.cpu()
		} else {
			c1 = s.d.cpu()
		}
	})
	cal = max(cal, calibrate())
	debug.SetGCPercent(100)
	runtime.GC()
	s.d.mustLive()
	c := c1.sub(c0)
	h := l.h[0]
	if cfg.bidir {
		for i, n := range l.h[1].b {
			h.b[i] += n
		}
		h.n += l.h[1].n
		h.max = max(h.max, l.h[1].max)
	}
	r := result{Bin: s.d.name, Streams: cfg.streams, Rate: rate, Size: cfg.size, Bidir: cfg.bidir, SRTP: cfg.srtp,
		Sent: l.sentWin, Recv: l.recv[0] + l.recv[1], Dup: l.dup, Wrong: l.wrong, RingFull: l.genDrop,
		P50: h.q(.5), P99: h.q(.99), P999: h.q(.999), Max: float64(h.max) / 1000,
		DCPU: c.run, User: c.user, Sys: c.sys, Napi: c.napi, Busy: c.busy,
		RSSKB: s.d.rssKB(), RSSIdle: s.rssIdle, SlabKB: s.slab, SetupS: s.setup, GenLag: l.lagMax}
	r.Calib = cal
	r.Noise = 100 * (c.busy - c.run - c.napi - c.spin) / secs
	if cfg.dcpus != "" || t.mode != "threaded" {
		r.Noise = 0
	}
	r.Offered = float64(r.Sent) / secs
	r.Pps = float64(r.Recv) / secs
	if r.Sent > 0 {
		r.LossPct = 100 * (1 - float64(r.Recv)/float64(r.Sent))
	}
	if r.Recv > 0 {
		n := float64(r.Recv)
		// the CPU window may be longer than the packet window only by the reading itself
		r.DNsPkt, r.NNsPkt = c.run*1e9/n, c.napi*1e9/n
		r.NsPkt = r.DNsPkt + r.NNsPkt
		if t.mode != "threaded" {
			r.NsPkt = c.busy * 1e9 / n
			r.NNsPkt = r.NsPkt - r.DNsPkt
		}
	} else {
		r.P50, r.P99, r.P999 = 0, 0, 0
	}
	return r
}
