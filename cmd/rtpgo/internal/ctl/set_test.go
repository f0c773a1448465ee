package ctl

import (
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
)

// TestSetTakesEffect: what is set is what the daemon does.
func TestSetTakesEffect(t *testing.T) {
	b := newBench(t)
	set := func(line, want string) {
		t.Helper()
		if got := b.ask("set " + line); got != want {
			t.Errorf("set %s: %q, want %q", line, got, want)
		}
	}
	set("maxsessions 1", "Success setting maxsessions to 1\n")
	if b.offer("offer", "a", 4000) != "ok" || b.offer("offer", "b", 4000) != "error" {
		t.Error("maxsessions 1: one call, and no more")
	}
	set("maxsessions -1", "Success setting maxsessions to -1; disable feature\n")
	if b.offer("offer", "b", 4000) != "ok" {
		t.Error("maxsessions -1 is no limit")
	}
	set("maxsessions 0", "Success setting maxsessions to 0\n")
	if b.offer("offer", "c", 4000) != "error" || b.ask("list maxsessions") != "Maximum sessions configured on rtpengine: 0\n" {
		t.Error("maxsessions 0 refuses every call")
	}
	set("deletedelay 0", "Success setting delete-delay to 0\n")
	b.ng(ng.Pair{Key: "command", Value: "delete"}, ng.Pair{Key: "call-id", Value: "a"})
	if b.calls.Count() != 1 {
		t.Error("deletedelay 0 deletes at once")
	}
	set("timeout 77", "Success setting timeout to 77\n")
	set("silenttimeout 78", "Success setting timeout to 78\n")
	set("finaltimeout 79", "Success setting timeout to 79\n")
	set("offertimeout 80", "Success setting timeout to 80\n")
	if l := b.calls.CurrentLimits(); l.Timeout != 77*time.Second || l.SilentTimeout != 78*time.Second || l.FinalTimeout != 79*time.Second || l.OfferTimeout != 80*time.Second {
		t.Errorf("%+v", l)
	}
	set("maxcpu 90", "Success setting maxcpu to 90.0\n")
	set("maxload 3.5", "Success setting maxload to 3.50\n")
	set("maxbw 1000", "Success setting maxbw to 1000\n")
	if l := b.calls.CurrentLimits(); l.MaxCPU != 90 || l.MaxLoad != 3.5 || l.MaxBandwidth != 1000 {
		t.Errorf("%+v", l)
	}
	for line, want := range map[string]string{
		"list maxcpu": "Maximum CPU usage configured on rtpengine: 90.0\n", "list maxload": "Maximum load average configured on rtpengine: 3.50\n",
		"list maxbw": "Maximum bandwidth configured on rtpengine: 1000\n",
	} {
		if got := b.ask(line); got != want {
			t.Errorf("%s: %q", line, got)
		}
	}
	set("controltos 184", "Success setting control-tos to 184\n")
	if b.tos != 184 || b.ask("list controltos") != "184\n" {
		t.Errorf("TOS %d", b.tos)
	}

	for line, begin := range map[string]string{
		"maxsessions abc": "Fail setting maxsessions to abc; ", "maxsessions -5": "Fail setting maxsessions to -5; ",
		"timeout -1": "Fail setting timeout to -1; ", "timeout abc": "Fail setting timeout to abc; ", "timeout 99999999999": "Fail setting timeout to 99999999999; ",
		"maxcpu abc": "Fail setting maxcpu to abc; ", "maxcpu 101": "Fail setting maxcpu to 101; ", "maxload -1": "Fail setting maxload to -1; ", "maxbw x": "Fail setting maxbw to x; ",
		"deletedelay -1": "Fail setting delete-delay to -1; ", "controltos 300": "Fail setting control-tos to 300; ",
		"maxopenfiles 1000": "Fail setting open_files to 1000; can't set it under 65536\n", "maxopenfiles abc": "Fail setting open_files to abc; ",
	} {
		if got := b.ask("set " + line); !strings.HasPrefix(got, begin) || strings.Count(got, "\n") != 1 {
			t.Errorf("set %s: %q", line, got)
		}
	}
	if l := b.calls.CurrentLimits(); l.Timeout != 77*time.Second || b.tos != 184 {
		t.Error("a refused value took effect")
	}
}

// TestParams: what was changed shows, and is taken back by revert.
func TestParams(t *testing.T) {
	b := newBench(t)
	start := b.ask("params start")
	for _, line := range []string{
		"max_sessions = -1\n", "timeout = 60\n", "delete_delay = 30\n", "kernel_table = 0\n", "port_min = 31000\n", "control_tos = 0\n",
		"log-level-core = -1\n", "interface[0] = pub\\127.0.0.1 \n", "interface[1] = priv\\127.0.0.2 \n", "ng_listen_ep = 127.0.0.1:22222\n",
		"save_interface_ports = 0\n", "endpoint_learning = heuristic\n", "https_cert = (null)\n",
	} {
		if !strings.Contains("\n"+start, "\n"+line) {
			t.Errorf("params start lacks %q:\n%s", line, start)
		}
	}
	if b.ask("params diff") != "" || b.ask("params current") != start {
		t.Error("nothing was changed yet")
	}
	b.ask("set timeout 77")
	b.ask("set loglevel core 7")
	b.ask("set maxsessions 12")
	if got := b.ask("params diff"); got != "timeout: 60 => 77\nmax-sessions: -1 => 12\nlog-level-core: -1 => 7\n" {
		t.Errorf("params diff: %s", got)
	}
	if got := b.ask("params current"); !strings.Contains(got, "\ntimeout = 77\n") || b.ask("params start") != start {
		t.Errorf("params current: %s", got)
	}
	if got := b.ask("params revert"); got != "" || b.ask("params diff") != "" || b.calls.CurrentLimits().Timeout != time.Minute || b.calls.CurrentLimits().MaxSessions != 0 {
		t.Errorf("params revert: %q, then %s", got, b.ask("params diff"))
	}
}

// TestLogging: log levels and debugging of calls hold for the lines that are
// logged from then on.
func TestLogging(t *testing.T) {
	b := newBench(t)
	b.threeCalls()
	logged := func(id string) bool {
		b.log.take()
		b.ng(ng.Pair{Key: "command", Value: "query"}, ng.Pair{Key: "call-id", Value: id})
		return strings.Contains(b.log.take(), id)
	}
	if logged("call-0@x") {
		t.Fatal("requests are logged at level 5 already")
	}
	b.ask("debug call-0@x on")
	if !logged("call-0@x") || logged("call-2@x") {
		t.Error("debugging one call logs its requests and no others")
	}
	b.ask("debug call-0@x off")
	if logged("call-0@x") {
		t.Error("off")
	}
	if got := b.ask("set loglevel 7"); got != "Success setting loglevel to 7\n" || !logged("call-2@x") {
		t.Errorf("loglevel 7: %s", got)
	}
	b.ask("set loglevel core 4")
	if got := b.ask("list loglevel"); !strings.Contains(got, "core = 4\n") || !strings.Contains(got, "control = 7\n") || b.ask("list loglevel core") != "4\n" {
		t.Errorf("%s", got)
	}
	b.ask("set loglevel 5")
	if got := b.ask("list loglevel"); strings.Count(got, " = 5\n") != strings.Count(got, "\n") || logged("call-2@x") {
		t.Errorf("one level for everything again: %s", got)
	}
	for line, want := range map[string]string{
		"set loglevel abc": "More parameters required.\n", "set loglevel core x": "Fail setting loglevel to x; that is no number\n",
		"list loglevel nope": "No part 'nope' logs at a level of its own\n",
	} {
		if got := b.ask(line); got != want {
			t.Errorf("%s: %q", line, got)
		}
	}
	if got := b.ask("set loglevel nope 3"); !strings.HasPrefix(got, "Fail setting loglevel to 3; nothing logs as \"nope\"") {
		t.Errorf("%q", got)
	}
	if got := b.ask("list loglevels"); !strings.Contains(got, "control - control protocols\n") {
		t.Errorf("%s", got)
	}
}
