// Command rtpgo-bench measures RTP proxies that speak the NG protocol side by
// side, interleaved in one run, in network namespaces of its own: CPU per
// packet, latency, the highest rate, and signalling. It needs root.
//
//	rtpgo-bench --bin "a::COMMAND" --bin "b::COMMAND" --streams 500 --rounds 3
//	rtpgo-bench compare --peer /usr/bin/rtpengine --rtpgo bin/rtpgo --out docs/performance.md
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
)

type config struct {
	bins      []string
	streams   int
	rate      float64
	secs      float64
	warm      float64
	size      int
	tick      int
	burst     int
	bidir     bool
	srtp      bool
	findMax   bool
	maxRate   float64
	ng        bool
	calls     int
	conc      int
	rounds    int
	mode      string
	prefix    string
	jsonOut   string
	daemonCPU int
	dcpus     string
	base      int
	verbose   bool
	keep      bool
	exec      string
	sinkNapi  bool
	maxP99    float64
	isolate   bool
	noiseMax  float64
	retries   int
	quiet     float64
}

var cfg config

func die(f string, a ...any) {
	fmt.Fprintf(os.Stderr, "rtpgo-bench: "+f+"\n", a...)
	if cur != nil {
		cur.stop()
	}
	if theTopo != nil && !cfg.keep {
		theTopo.down()
	}
	os.Exit(1)
}

type multi struct{ p *[]string }

func (m multi) String() string     { return "" }
func (m multi) Set(s string) error { *m.p = append(*m.p, s); return nil }

func main() {
	if v := os.Getenv("PF_SPIN"); v != "" {
		n, _ := strconv.Atoi(v)
		spinner(n)
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "compare" {
		compare(os.Args[2:])
		return
	}
	runtime.GOMAXPROCS(8)
	flag.Var(multi{&cfg.bins}, "bin", "daemon command, `[NAME::][static:]COMMAND`; repeat to compare; {PUB} {PRV} {NG} {PMIN} {PMAX} {TMP} are filled in")
	flag.IntVar(&cfg.streams, "streams", 1000, "calls (one RTP stream each way)")
	flag.Float64Var(&cfg.rate, "rate", 0, "packets/s over all streams (default: 50 per stream and direction); first step for --find-max")
	flag.Float64Var(&cfg.secs, "seconds", 5, "length of the measured window")
	flag.Float64Var(&cfg.warm, "warmup", 1, "seconds of load before it")
	flag.IntVar(&cfg.size, "size", 172, "RTP packet size, header included")
	flag.IntVar(&cfg.tick, "tick", 100, "generator wakes each so many µs")
	flag.IntVar(&cfg.burst, "burst", 1, "packets that a stream sends back to back (video frames)")
	flag.BoolVar(&cfg.bidir, "bidir", false, "send both ways")
	flag.BoolVar(&cfg.srtp, "srtp", false, "B side speaks SRTP (SDES, AES_CM_128_HMAC_SHA1_80)")
	flag.BoolVar(&cfg.findMax, "find-max", false, "search the highest rate with loss < 0.1 % (and p99 < --max-p99)")
	flag.Float64Var(&cfg.maxP99, "max-p99", 30, "--find-max also wants a p99 latency under so many ms (deep socket buffers hide overload in a short run)")
	flag.Float64Var(&cfg.maxRate, "max-rate", 1500000, "upper end of that search")
	flag.BoolVar(&cfg.ng, "ng", false, "signalling mode")
	flag.IntVar(&cfg.calls, "calls", 1000, "live calls in signalling mode")
	flag.IntVar(&cfg.conc, "concurrency", 8, "NG commands in flight")
	flag.IntVar(&cfg.rounds, "rounds", 1, "interleaved rounds")
	flag.StringVar(&cfg.mode, "rx", "threaded", "how the proxy's NICs receive: threaded (NAPI kthreads, exact CPU accounting), rps, inline")
	flag.StringVar(&cfg.prefix, "prefix", "pf", "network namespace name prefix")
	flag.StringVar(&cfg.jsonOut, "json", "", "append one JSON object per run to this file")
	flag.IntVar(&cfg.daemonCPU, "cpu", 1, "CPU of the daemon and its NICs; generator and sink use CPU 0")
	flag.StringVar(&cfg.dcpus, "daemon-cpus", "", "CPU list for the daemon alone, e.g. 0,1")
	flag.IntVar(&cfg.base, "base", 10000, "first port of static daemons")
	flag.BoolVar(&cfg.verbose, "v", false, "more output")
	flag.BoolVar(&cfg.keep, "keep", false, "leave the namespaces in place")
	flag.Float64Var(&cfg.noiseMax, "noise-max", 5, "repeat a run if other processes took more than this % of the daemon's CPU")
	flag.IntVar(&cfg.retries, "retries", 2, "how often at most")
	flag.Float64Var(&cfg.quiet, "quiet", 20, "wait up to so many seconds for an idle machine before each run (0: don't)")
	flag.BoolVar(&cfg.isolate, "isolate", false, "during a run, keep other processes off the daemon's CPU (real-time priority, and a nice -20 spinner below it)")
	flag.BoolVar(&cfg.sinkNapi, "sink-napi", false, "NAPI at the sink's end, as XDP_REDIRECT to a veth needs")
	flag.StringVar(&cfg.exec, "exec-prx", "", "only run this shell command inside the proxy namespace, with the topology up")
	flag.Parse()
	debug.SetMemoryLimit(4 << 30)
	if cfg.rate == 0 {
		cfg.rate = 50 * float64(cfg.streams)
		if cfg.bidir {
			cfg.rate *= 2
		}
	}
	if os.Geteuid() != 0 {
		fmt.Fprintln(os.Stderr, "rtpgo-bench: needs root (network namespaces, AF_PACKET)")
		os.Exit(1)
	}
	setAffinity(0, 0)
	for _, p := range globAll("/proc/self/task/*") {
		var id int
		fmt.Sscanf(p, "/proc/self/task/%d", &id)
		setAffinity(id, 0)
	}
	if l := loadavg(); l > 0.7 {
		fmt.Fprintf(os.Stderr, "note: load average %.2f before the run: latencies and maximum rates are suspect, ns/pkt less so\n", l)
	}
	t := &topo{pfx: cfg.prefix, mode: cfg.mode}
	theTopo = t
	sig := make(chan os.Signal, 1)
	signal.Notify(sig, syscall.SIGINT, syscall.SIGTERM)
	go func() { <-sig; die("interrupted") }()
	t.up()
	defer func() {
		if !cfg.keep {
			t.down()
		}
	}()
	if cfg.exec != "" {
		inNS(t.prx(), func() {
			c := exec.Command("sh", "-c", cfg.exec)
			c.Stdout, c.Stderr = os.Stdout, os.Stderr
			c.Run()
		})
		return
	}
	switch {
	case len(cfg.bins) == 0:
		die("no --bin")
	case cfg.ng:
		modeNG(t)
	case cfg.findMax:
		modeMax(t)
	default:
		modeLoad(t)
	}
}
