package main

import (
	"fmt"
	"sort"
	"sync"
	"time"
)

type ngres struct {
	Bin       string  `json:"bin"`
	Calls     int     `json:"calls"`
	SetupS    float64 `json:"setup_s"`
	SetupRate float64 `json:"setup_calls_per_s"`
	RSSIdle   int     `json:"rss_idle_kb"`
	RSS       int     `json:"rss_kb"`
	KBCall    float64 `json:"rss_kb_per_call"`
	SlabCall  float64 `json:"slab_kb_per_call"`
	Rate      float64 `json:"transactions_per_s"`
	CPUus     float64 `json:"daemon_cpu_us_per_command"`
	Offer     [3]float64
	Answer    [3]float64
	Delete    [3]float64
	Resent    int `json:"resent"`
	TearS     float64
	RSSAfter  int `json:"rss_after_kb"`
}

func modeNG(t *topo) {
	all := make([][]ngres, len(cfg.bins))
	hd := "%-22s %6s %9s %9s %9s %9s %8s %9s %26s %26s %26s\n"
	fmt.Printf(hd, "bin", "calls", "setup/s", "rssKB/c", "slabKB/c", "trans/s", "cpuus/cmd", "rssAftMB", "offer p50/p99/p99.9 us", "answer", "delete")
	for rd := 0; rd < cfg.rounds; rd++ {
		for bi, b := range cfg.bins {
			save := cfg.streams
			cfg.streams = 0
			s := setup(t, b)
			cfg.streams = save
			r := ngres{Bin: s.d.name, Calls: cfg.calls, RSSIdle: s.d.rssKB()}
			slab0 := slabKB()
			t0 := time.Now()
			calls := make([]*call, cfg.calls)
			parallel(cfg.conc, cfg.calls, func(wk, i int, g *ngc) {
				c := &call{id: fmt.Sprintf("live%d", i)}
				calls[i] = c
				if err := g.offer(c, i%16384, cfg.srtp); err != nil {
					die("%s: offer %d: %v", s.d.name, i, err)
				}
				if err := g.answer(c, i%16384, cfg.srtp); err != nil {
					die("%s: answer %d: %v", s.d.name, i, err)
				}
			}, t)
			r.SetupS = time.Since(t0).Seconds()
			if cfg.calls > 0 {
				r.SetupRate = float64(cfg.calls) / r.SetupS
				time.Sleep(200 * time.Millisecond)
				r.RSS = s.d.rssKB()
				r.KBCall = float64(r.RSS-r.RSSIdle) / float64(cfg.calls)
				r.SlabCall = float64(slabKB()-slab0) / float64(cfg.calls)
			}
			// closed loop: offer, answer, delete
			var mu sync.Mutex
			var h [3]hist
			n := 0
			end := time.Now().Add(time.Duration(cfg.secs * 1e9))
			s.d.tasks()
			c0 := s.d.cpu()
			var wg sync.WaitGroup
			t1 := time.Now()
			for k := 0; k < cfg.conc; k++ {
				wg.Add(1)
				g := newNG(t, "127.0.0.1:2223", fmt.Sprintf("x%d", k))
				go func() {
					defer wg.Done()
					var lh [3]hist
					i := 0
					for time.Now().Before(end) {
						c := &call{id: fmt.Sprintf("tmp%d-%d", k, i)}
						ix := (k*997 + i) % 16384
						a := time.Now()
						if err := g.offer(c, ix, cfg.srtp); err != nil {
							die("%s: offer: %v", s.d.name, err)
						}
						b := time.Now()
						if err := g.answer(c, ix, cfg.srtp); err != nil {
							die("%s: answer: %v", s.d.name, err)
						}
						d := time.Now()
						if err := g.del(c); err != nil {
							die("%s: delete: %v", s.d.name, err)
						}
						e := time.Now()
						lh[0].add(int64(b.Sub(a)))
						lh[1].add(int64(d.Sub(b)))
						lh[2].add(int64(e.Sub(d)))
						i++
					}
					mu.Lock()
					for x := range h {
						for y, v := range lh[x].b {
							h[x].b[y] += v
						}
						h[x].n += lh[x].n
					}
					n += i
					r.Resent += g.resent
					mu.Unlock()
					g.c.Close()
				}()
			}
			wg.Wait()
			el := time.Since(t1).Seconds()
			cc := s.d.cpu().sub(c0)
			r.Rate = float64(n) / el
			r.CPUus = cc.run * 1e6 / float64(3*n)
			for x, p := range []*[3]float64{&r.Offer, &r.Answer, &r.Delete} {
				*p = [3]float64{h[x].q(.5), h[x].q(.99), h[x].q(.999)}
			}
			t2 := time.Now()
			parallel(cfg.conc, cfg.calls, func(wk, i int, g *ngc) { g.del(calls[i]) }, t)
			r.TearS = time.Since(t2).Seconds()
			r.RSSAfter = s.d.rssKB()
			s.d.stop()
			emit(r)
			all[bi] = append(all[bi], r)
			f3 := func(v [3]float64) string { return fmt.Sprintf("%.0f/%.0f/%.0f", v[0], v[1], v[2]) }
			fmt.Printf("%-22s %6d %9.0f %9.1f %9.1f %9.0f %8.1f %9.1f %26s %26s %26s\n", r.Bin, r.Calls, r.SetupRate, r.KBCall, r.SlabCall, r.Rate, r.CPUus, float64(r.RSSAfter)/1024, f3(r.Offer), f3(r.Answer), f3(r.Delete))
		}
	}
	if cfg.rounds > 1 && len(cfg.bins) > 1 {
		mm := func(rs []ngres, f func(r ngres) float64) float64 {
			var v []float64
			for _, r := range rs {
				v = append(v, f(r))
			}
			sort.Float64s(v)
			return v[len(v)/2]
		}
		fmt.Println("\nmedians, ratio to the first (rate: this/first; CPU, memory: first/this)")
		for i := range all {
			fmt.Printf("%-22s trans/s %.0f (%.2fx)  cpu us/cmd %.1f (%.2fx)  rss KB/call %.1f (%.2fx)\n", all[i][0].Bin,
				mm(all[i], func(r ngres) float64 { return r.Rate }), mm(all[i], func(r ngres) float64 { return r.Rate })/mm(all[0], func(r ngres) float64 { return r.Rate }),
				mm(all[i], func(r ngres) float64 { return r.CPUus }), mm(all[0], func(r ngres) float64 { return r.CPUus })/mm(all[i], func(r ngres) float64 { return r.CPUus }),
				mm(all[i], func(r ngres) float64 { return r.KBCall }), mm(all[0], func(r ngres) float64 { return r.KBCall })/mm(all[i], func(r ngres) float64 { return r.KBCall }))
		}
	}
}
