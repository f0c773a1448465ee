package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// comparison runs rtpgo's engines beside another daemon, interleaved in the
// same rounds, and writes what came out as tables.
type comparison struct {
	peer, rtpgo, out  string
	engines, streams  string
	seconds           float64
	rounds            int
	calls             string
	self, work, stamp string
}

const (
	peerOptions  = "--config-file=none -f -E --table=-1 --interface=pub/{PUB} --interface=prv/{PRV} --listen-ng={NG} --port-min={PMIN} --port-max={PMAX} --log-level=2 --num-threads=1"
	rtpgoOptions = "--config-file=none -f -E --interface=pub/{PUB} --interface=prv/{PRV} --listen-ng={NG} --port-min={PMIN} --port-max={PMAX} --log-level=2 --num-threads=1"
	// mostPackets bounds the load of the tables: more streams then send less
	// often each, so that the cost per packet can be compared.
	mostPackets = 20000
)

func compare(args []string) {
	var c comparison
	f := flag.NewFlagSet("compare", flag.ExitOnError)
	f.StringVar(&c.peer, "peer", "/usr/bin/rtpengine", "the other daemon; it must take rtpengine's options")
	f.StringVar(&c.rtpgo, "rtpgo", "bin/rtpgo", "rtpgo's binary")
	f.StringVar(&c.out, "out", "", "file with the lines <!-- bench-compare --> and <!-- /bench-compare -->, between which the tables go; standard output without")
	f.StringVar(&c.engines, "engines", "kernel,batched,sockets", "rtpgo's engines")
	f.StringVar(&c.streams, "streams", "100,500,4500,9000", "numbers of streams")
	f.StringVar(&c.calls, "calls", "1,1000,4500,10000", "live calls in signalling mode")
	f.Float64Var(&c.seconds, "seconds", 3, "length of a measured window")
	f.IntVar(&c.rounds, "rounds", 3, "interleaved rounds")
	f.Parse(args)
	if err := c.run(); err != nil {
		fmt.Fprintln(os.Stderr, "rtpgo-bench compare:", err)
		os.Exit(1)
	}
}

func (c *comparison) run() (err error) {
	if c.self, err = os.Executable(); err != nil {
		return err
	}
	if c.rtpgo, err = filepath.Abs(c.rtpgo); err != nil {
		return err
	}
	if c.work, err = os.MkdirTemp("", "rtpgo-bench"); err != nil {
		return err
	}
	defer os.RemoveAll(c.work)
	c.stamp = time.Now().UTC().Format("2006-01-02 15:04")
	var b strings.Builder
	c.head(&b)
	c.forwarding(&b)
	c.encrypted(&b)
	c.highest(&b)
	c.signalling(&b)
	if c.out == "" {
		_, err = io.WriteString(os.Stdout, b.String())
		return err
	}
	return replaceSection(c.out, b.String())
}

// field is who takes part in a run: a daemon with a socket for each port can't
// hold more calls than there are descriptors.
type field struct{ peer, sockets bool }

// bins are the daemons as --bin options.
func (c *comparison) bins(f field) (args []string) {
	if f.peer {
		args = append(args, "--bin", "peer::"+c.peer+" "+peerOptions)
	}
	for _, e := range strings.Split(c.engines, ",") {
		if e == "sockets" && !f.sockets {
			continue
		}
		args = append(args, "--bin", e+"::"+c.rtpgo+" "+rtpgoOptions+" --engine="+e)
	}
	return args
}

// measure runs this program again with other options and reads its results. A
// run that the other daemon can't stand is repeated without it, and then without
// the engine with a socket for each port.
func measure[T any](c *comparison, options ...string) []T {
	for _, f := range []field{{true, true}, {false, true}, {false, false}} {
		file := filepath.Join(c.work, strconv.FormatInt(time.Now().UnixNano(), 36))
		args := append(c.bins(f), options...)
		cmd := exec.Command(c.self, append(args, "--json", file, "--rounds", strconv.Itoa(c.rounds))...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if cmd.Run() == nil {
			return readResults[T](file)
		}
	}
	return nil
}

func readResults[T any](file string) (out []T) {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var r T
		if json.Unmarshal(s.Bytes(), &r) == nil {
			out = append(out, r)
		}
	}
	return out
}

func (c *comparison) head(w io.Writer) {
	version, _ := exec.Command(c.peer, "--version").CombinedOutput()
	ours, _ := exec.Command(c.rtpgo, "version").CombinedOutput()
	kernel, _ := exec.Command("uname", "-r").Output()
	fmt.Fprintf(w, "Measured %s UTC with `make bench-compare`: %d processors (%s), kernel %s, %s; peer: %s; ours: %s.\n",
		c.stamp, runtime.NumCPU(), cpuModel(), strings.TrimSpace(string(kernel)), runtime.Version(),
		firstLine(version), firstLine(ours))
	fmt.Fprintf(w, "One worker each, plain RTP of 172 octets, %d interleaved rounds of %g s; ratios are ours to the peer's, best round of each.\n", c.rounds, c.seconds)
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	return line
}

func cpuModel() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for _, l := range strings.Split(string(b), "\n") {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return runtime.GOARCH
}

// replaceSection puts text between the markers of a file.
func replaceSection(file, text string) error {
	const from, to = "<!-- bench-compare -->", "<!-- /bench-compare -->"
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return fmt.Errorf("%s: no lines %s and %s", file, from, to)
	}
	return os.WriteFile(file, []byte(before+from+"\n"+text+"\n"+to+after), 0o644)
}
