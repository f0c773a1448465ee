package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type daemon struct {
	name   string
	cmd    *exec.Cmd
	static bool
	pgid   int
	tmp    string
	procs  []int
	sched  []string
	napi   []string
	log    *os.File
	exited chan struct{}
}

var cur *daemon
var theTopo *topo

func startDaemon(t *topo, spec string) *daemon {
	d := &daemon{name: spec, exited: make(chan struct{})}
	if n, c, ok := strings.Cut(spec, "::"); ok {
		d.name, spec = n, c
	}
	if strings.HasPrefix(spec, "static:") {
		d.static = true
		spec = spec[7:]
	}
	tmp, _ := os.MkdirTemp("", "pf-run")
	d.tmp = tmp
	ready := tmp + "/ready"
	rep := strings.NewReplacer("{PUB}", pubIP, "{PRV}", prvIP, "{NG}", "127.0.0.1:2223",
		"{PMIN}", "10000", "{PMAX}", "64999", "{TMP}", tmp, "{PUB6}", pub6, "{PRV6}", prv6)
	spec = rep.Replace(spec)
	d.log, _ = os.Create(fmt.Sprintf(os.TempDir()+"/pf-daemon-%s.log", strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, d.name[:min(len(d.name), 40)])))
	inNS(t.prx(), func() {
		// an io_uring daemon's sockets outlive it for a while
		for i := 0; i < 1000; i++ {
			b, _ := os.ReadFile("/proc/thread-self/net/udp")
			if strings.Count(string(b), "\n") <= 1 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if cfg.dcpus != "" {
			var l []int
			for _, s := range strings.Split(cfg.dcpus, ",") {
				n, _ := strconv.Atoi(s)
				l = append(l, n)
			}
			setAffinity(0, l...)
		} else {
			setAffinity(0, cfg.daemonCPU)
		}
		rl := syscall.Rlimit{Cur: 1000000, Max: 1000000}
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &rl)
		ml := syscall.Rlimit{Cur: ^uint64(0), Max: ^uint64(0)}
		syscall.Setrlimit(8, &ml)
		d.cmd = exec.Command("sh", "-c", "exec env "+spec)
		d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
		d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		d.cmd.Env = append(os.Environ(),
			fmt.Sprintf("PF_STREAMS=%d", cfg.streams), "PF_PUB="+pubIP, "PF_PRV="+prvIP,
			fmt.Sprintf("PF_BASE=%d", cfg.base), "PF_READY="+ready,
			fmt.Sprintf("PF_A=%d", uint32(clABase)), fmt.Sprintf("PF_B=%d", uint32(clBBase)),
			"PF_MACPUB="+macStr(macPub), "PF_MACG="+macStr(macGWPub), "PF_MACPRV="+macStr(macPrv), "PF_MACS="+macStr(macGWPrv))
		if err := d.cmd.Start(); err != nil {
			die("%s: %v", spec, err)
		}
	})
	d.pgid = d.cmd.Process.Pid
	go func() { d.cmd.Wait(); close(d.exited) }()
	cur = d
	if d.static {
		for i := 0; ; i++ {
			if _, err := os.Stat(ready); err == nil {
				break
			}
			d.mustLive()
			if i > 3000 {
				die("%s: not ready after 30 s", d.name)
			}
			time.Sleep(10 * time.Millisecond)
		}
	} else {
		for i := 0; ; i++ {
			g := newNG(t, "127.0.0.1:2223", "ping"+strconv.Itoa(i))
			g.c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
			g.c.Write([]byte("p" + strconv.Itoa(i) + " d7:command4:pinge"))
			_, err := g.c.Read(g.buf)
			g.c.Close()
			if err == nil {
				break
			}
			d.mustLive()
			if i > 300 {
				die("%s: no answer to NG ping", d.name)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	t.pinNapi()
	return d
}

func (d *daemon) mustLive() {
	select {
	case <-d.exited:
		b, _ := os.ReadFile(d.log.Name())
		if len(b) > 3000 {
			b = b[len(b)-3000:]
		}
		cur = nil
		die("%s: ended early: %v\n%s", d.name, d.cmd.ProcessState, b)
	default:
	}
}

func (d *daemon) stop() {
	syscall.Kill(-d.pgid, syscall.SIGTERM)
	select {
	case <-d.exited:
	case <-time.After(4 * time.Second):
		syscall.Kill(-d.pgid, syscall.SIGKILL)
		<-d.exited
	}
	d.log.Close()
	os.RemoveAll(d.tmp)
	cur = nil
}
