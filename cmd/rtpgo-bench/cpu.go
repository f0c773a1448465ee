package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// All in seconds. run comes from schedstat (exact, ns); user/sys are the
// kernel's tick-sampled split of it.
type cpu struct{ run, user, sys, napi, busy, spin float64 }

func (d *daemon) pids() []int {
	var out []int
	for _, f := range globAll("/proc/[0-9]*/stat") {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		s := string(b)
		i := strings.LastIndexByte(s, ')')
		if i < 0 {
			continue
		}
		fs := strings.Fields(s[i+1:])
		if len(fs) > 2 && fs[2] == strconv.Itoa(d.pgid) {
			var p int
			fmt.Sscanf(f, "/proc/%d/", &p)
			out = append(out, p)
		}
	}
	return out
}

func schedNs(p string) float64 {
	b, err := os.ReadFile(p)
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) == 0 {
		return 0
	}
	n, _ := strconv.ParseFloat(f[0], 64)
	return n / 1e9
}

// tasks lists what cpu() reads, since a scan of /proc in mid-run costs
// milliseconds. Threads that start later are missed until the next call.
func (d *daemon) tasks() {
	d.procs = d.pids()
	d.sched, d.napi = nil, nil
	for _, p := range d.procs {
		d.sched = append(d.sched, globAll(fmt.Sprintf("/proc/%d/task/*/schedstat", p))...)
	}
	for _, dev := range []string{"pub0", "prv0"} {
		for _, p := range napiTasks(dev) {
			d.napi = append(d.napi, fmt.Sprintf("/proc/%d/schedstat", p))
		}
	}
}

func (d *daemon) cpu() cpu {
	var c cpu
	for _, f := range d.sched {
		c.run += schedNs(f)
	}
	for _, f := range d.napi {
		c.napi += schedNs(f)
	}
	for _, p := range d.procs {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
		s := string(b)
		if i := strings.LastIndexByte(s, ')'); i > 0 {
			fs := strings.Fields(s[i+1:])
			u, _ := strconv.ParseFloat(fs[11], 64)
			k, _ := strconv.ParseFloat(fs[12], 64)
			c.user += u / 100
			c.sys += k / 100
		}
	}
	if t := spinPid.Load(); t != 0 {
		for _, f := range globAll(fmt.Sprintf("/proc/%d/task/*/schedstat", t)) {
			c.spin += schedNs(f)
		}
	}
	b, _ := os.ReadFile("/proc/stat")
	for _, ln := range strings.Split(string(b), "\n") {
		fs := strings.Fields(ln)
		if len(fs) > 8 && fs[0] == fmt.Sprintf("cpu%d", cfg.daemonCPU) {
			var tot float64
			for i := 4; i <= 5; i++ { // idle, iowait: exact with NO_HZ
				v, _ := strconv.ParseFloat(fs[i], 64)
				tot += v
			}
			c.busy = float64(nowNs())/1e9 - tot/100
		}
	}
	return c
}

func (a cpu) sub(b cpu) cpu {
	return cpu{a.run - b.run, a.user - b.user, a.sys - b.sys, a.napi - b.napi, a.busy - b.busy, a.spin - b.spin}
}

func (d *daemon) rssKB() int {
	n := 0
	for _, p := range d.pids() {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
		for _, ln := range strings.Split(string(b), "\n") {
			if strings.HasPrefix(ln, "VmRSS:") {
				var k int
				fmt.Sscanf(ln[6:], "%d", &k)
				n += k
			}
		}
	}
	return n
}
