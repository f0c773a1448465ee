package ctl

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/config"
)

// show prints the value that an option has now.
func show(before, option string) func(*execution, string) {
	return func(x *execution, _ string) { x.print(before, x.current(option), "\n") }
}

func (x *execution) current(option string) string {
	p, _ := x.settings.Param(option)
	return p.Current
}

// change sets an option; name is what the answer calls it.
func change(name, option string) func(*execution, string) {
	return func(x *execution, rest string) {
		value, _ := cutWord(rest)
		if err := x.settings.Set(option, value); err != nil {
			x.failed(name, option, value, err)
			return
		}
		if option == "max-sessions" && value == "-1" {
			value += "; disable feature"
		}
		x.print("Success setting ", name, " to ", value, "\n")
	}
}

// showLoad is show of a number with that many decimals.
func showLoad(before, option string, decimals int) func(*execution, string) {
	return func(x *execution, _ string) { x.print(before, fixed(x.current(option), decimals), "\n") }
}

func changeLoad(name, option string, decimals int) func(*execution, string) {
	return func(x *execution, rest string) {
		value, _ := cutWord(rest)
		if err := x.settings.Set(option, value); err != nil {
			x.failed(name, option, value, err)
			return
		}
		x.print("Success setting ", name, " to ", fixed(value, decimals), "\n")
	}
}

func fixed(number string, decimals int) string {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	return strconv.FormatFloat(f, 'f', decimals, 64)
}

// failed says why an option can't have a value, without naming it twice.
func (x *execution) failed(name, option, value string, err error) {
	x.print("Fail setting ", name, " to ", value, "; ", strings.TrimPrefix(err.Error(), option+": "), "\n")
}

func (x *execution) listMaxSessions(string) {
	x.print("Maximum sessions configured on rtpengine: ", x.current("max-sessions"), "\n")
}

// leastOpenFiles is what the reference takes at least.
const leastOpenFiles = 65536

func (x *execution) listOpenFiles(string) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		x.print("Fail reading open_files; ", err.Error(), "\n")
		return
	}
	fmt.Fprintf(x, "Maximum open-files configured on rtpengine: %d; cat /proc/%d/limits\n", limit.Cur, os.Getpid())
}

func (x *execution) setOpenFiles(rest string) {
	value, _ := cutWord(rest)
	n, err := strconv.ParseUint(value, 10, 63)
	switch {
	case err != nil:
		x.print("Fail setting open_files to ", value, "; that is no number\n")
		return
	case n < leastOpenFiles:
		fmt.Fprintf(x, "Fail setting open_files to %d; can't set it under %d\n", n, leastOpenFiles)
		return
	}
	limit := syscall.Rlimit{Cur: n, Max: n}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		x.print("Fail setting open_files to ", value, "; ", err.Error(), "\n")
		return
	}
	x.print("Success setting open_files to ", value, "\n")
}

func (x *execution) logParts(string) {
	for _, part := range logs.Parts() {
		o, _ := config.Lookup("log-level-" + part)
		about, _, _ := strings.Cut(strings.TrimPrefix(o.Doc, "Log level of "), ";")
		x.print(part, " - ", about, "\n")
	}
}

func (x *execution) logLevels(rest string) {
	levels := x.settings.Levels()
	one, _ := cutWord(rest)
	found := one == ""
	for _, part := range logs.Parts() {
		switch {
		case one == "":
			fmt.Fprintf(x, "%s = %d\n", part, levels.Level(part))
		case one == part:
			found = true
			fmt.Fprintf(x, "%d\n", levels.Level(part))
		}
	}
	if !found {
		x.print("No part '", one, "' logs at a level of its own\n")
	}
}

func (x *execution) setLogLevel(rest string) {
	part, value := cutWord(rest)
	value, _ = cutWord(value)
	if value == "" {
		part, value = "", part
	}
	n, err := strconv.Atoi(value)
	switch {
	case err != nil && part == "":
		x.more() // a part without a level
		return
	case err != nil:
		x.print("Fail setting loglevel to ", value, "; that is no number\n")
		return
	case part == "":
		err = x.settings.SetLevel(n)
	default:
		err = x.settings.SetPartLevel(part, n)
	}
	if err != nil {
		x.print("Fail setting loglevel to ", value, "; ", err.Error(), "\n")
		return
	}
	x.print("Success setting loglevel to ", value, "\n")
}
