package main

import (
	"fmt"
	"os"
)

func modeLoad(t *topo) {
	all := make([][]result, len(cfg.bins))
	header("")
	for rd := 0; rd < cfg.rounds; rd++ {
		for i, b := range cfg.bins {
			s := setup(t, b)
			var r result
			for try := 0; ; try++ {
				waitQuiet()
				r = s.load(t, cfg.rate, cfg.warm, cfg.secs)
				if r.Noise <= cfg.noiseMax || try >= cfg.retries {
					break
				}
			}
			s.d.stop()
			emit(r)
			all[i] = append(all[i], r)
			note := ""
			if r.Wrong > 0 || r.Dup > 0 {
				note = fmt.Sprintf("w%d/d%d", r.Wrong, r.Dup)
			}
			if cfg.verbose || cfg.rounds == 1 {
				row(r.Bin, []result{r}, note)
			}
		}
	}
	if cfg.rounds > 1 {
		fmt.Printf("\nmedian of %d interleaved rounds (best: lowest total of a round); last column: best of the first / best of this (higher is better)\n", cfg.rounds)
		header("ratio")
		base := best(all[0])
		for i := range all {
			row(all[i][0].Bin, all[i], fmt.Sprintf("%.2fx", base/best(all[i])))
		}
	}
}

func modeMax(t *topo) {
	all := make([][]result, len(cfg.bins))
	header("")
	for rd := 0; rd < cfg.rounds; rd++ {
		for i, b := range cfg.bins {
			s := setup(t, b)
			lo, hi := 0.0, cfg.maxRate
			var best result
			try := func(rate float64) bool {
				ok := false
				var r result
				for k := 0; k < 2 && !ok; k++ { // one retry against noise
					waitQuiet()
					r = s.load(t, rate, 0.5, cfg.secs)
					ok = r.LossPct < 0.1 && r.Offered > rate*0.9 && r.P99 < cfg.maxP99*1000
					if r.LossPct > 2 {
						break
					}
				}
				if cfg.verbose {
					fmt.Fprintf(os.Stderr, "  %s %.0f -> offered %.0f delivered %.0f loss %.3f%% p99 %.1f ms skipped %d ringfull %d\n", s.d.name, rate, r.Offered, r.Pps, r.LossPct, r.P99/1000, r.GenLag, r.RingFull)
				}
				if ok && r.Pps > best.Pps {
					best = r
				}
				return ok
			}
			// grow, then bisect
			rate := cfg.rate
			for rate <= cfg.maxRate {
				if try(rate) {
					lo = rate
					rate *= 1.6
				} else {
					hi = rate
					break
				}
			}
			for hi-lo > hi*0.05 && hi-lo > 1000 {
				mid := (lo + hi) / 2
				if try(mid) {
					lo = mid
				} else {
					hi = mid
				}
			}
			s.d.stop()
			best.Bin = s.d.name
			best.Streams = cfg.streams
			emit(best)
			all[i] = append(all[i], best)
			row(s.d.name, []result{best}, "")
		}
	}
	if cfg.rounds > 1 {
		fmt.Printf("\nmedian of %d interleaved rounds, highest rate with loss < 0.1 %%; last column: delivered pps of this / the first\n", cfg.rounds)
		header("ratio")
		base := med(all[0], func(r result) float64 { return r.Pps })
		for i := range all {
			row(all[i][0].Bin, all[i], fmt.Sprintf("%.2fx", med(all[i], func(r result) float64 { return r.Pps })/base))
		}
	}
}
