package ctl

import (
	"slices"
	"strings"
	"unicode"
)

// command is one word of the language.
type command struct {
	name string
	// args is how what follows is written in the documents, "" for nothing.
	args string
	// doc says what the command does, as the end of a sentence.
	doc string
	// Exactly one of these: the words that may follow, what the command does
	// with the rest of the line, or why rtpgo hasn't got it.
	next    []command
	run     func(x *execution, rest string)
	refused string
	// needs is set where an empty rest of the line is too little.
	needs bool
}

// noRedis is why commands are refused.
const noRedis = "calls live in memory only, there is no Redis"

var root []command

func init() { // the table refers to functions that refer to it
	root = []command{
		{name: "list", next: list},
		{name: "terminate", args: "CALL-ID|all|own|foreign", needs: true, run: (*execution).terminate, doc: "ends a call, or all of them, at once"},
		{name: "set", next: set},
		{name: "get", next: list},
		{name: "params", next: []command{
			{name: "start", run: (*execution).paramsStart, doc: "shows the options as they were at the start"},
			{name: "current", run: (*execution).paramsCurrent, doc: "shows the options as they are now"},
			{name: "diff", run: (*execution).paramsDiff, doc: "shows what was changed since the start"},
			{name: "revert", run: (*execution).paramsRevert, doc: "gives every option the value of the start again"},
		}},
		{name: "ksadd", args: "KEYSPACE", refused: noRedis},
		{name: "ksrm", args: "KEYSPACE", refused: noRedis},
		{name: "kslist", refused: noRedis},
		{name: "active", run: (*execution).active, doc: "says that all sessions are own ones, which they are anyway"},
		{name: "standby", refused: "sessions can't be foreign: " + noRedis},
		{name: "debug", args: "CALL-ID [on|off]", run: (*execution).debug, doc: "logs everything about a call, or no longer"},
		{name: "call", args: "CALL-ID info|terminate|debug [on|off]|tag TAG info", needs: true, run: (*execution).call, doc: "shows a call, ends it, logs everything about it, shows one party"},
	}
}

var list = []command{
	{name: "numsessions", run: (*execution).numSessions, doc: "the number of sessions"},
	{name: "sessions", args: "CALL-ID|all|own|foreign", needs: true, run: (*execution).sessions, doc: "one session in detail, or a line for each"},
	{name: "totals", run: (*execution).totals, doc: "the statistics"},
	{name: "counters", run: (*execution).counters, doc: "packets, bytes and errors per second"},
	{name: "maxopenfiles", run: (*execution).listOpenFiles, doc: "the limit of open files"},
	{name: "maxsessions", run: (*execution).listMaxSessions, doc: "`--max-sessions`"},
	{name: "maxcpu", run: showLoad("Maximum CPU usage configured on rtpengine: ", "max-cpu", 1), doc: "`--max-cpu`"},
	{name: "maxload", run: showLoad("Maximum load average configured on rtpengine: ", "max-load", 2), doc: "`--max-load`"},
	{name: "maxbw", run: show("Maximum bandwidth configured on rtpengine: ", "max-bandwidth"), doc: "`--max-bandwidth`"},
	{name: "timeout", run: show("TIMEOUT=", "timeout"), doc: "`--timeout`"},
	{name: "silenttimeout", run: show("SILENT_TIMEOUT=", "silent-timeout"), doc: "`--silent-timeout`"},
	{name: "offertimeout", run: show("OFFER_TIMEOUT=", "offer-timeout"), doc: "`--offer-timeout`"},
	{name: "finaltimeout", run: show("FINAL_TIMEOUT=", "final-timeout"), doc: "`--final-timeout`"},
	{name: "loglevels", run: (*execution).logParts, doc: "the parts that log at a level of their own"},
	{name: "loglevel", args: "[PART]", run: (*execution).logLevels, doc: "the log levels"},
	{name: "redisallowederrors", refused: noRedis},
	{name: "redisdisabletime", refused: noRedis},
	{name: "redisconnecttimeout", refused: noRedis},
	{name: "rediscmdtimeout", refused: noRedis},
	{name: "controltos", run: show("", "control-tos"), doc: "`--control-tos`"},
	{name: "deletedelay", run: show("", "delete-delay"), doc: "`--delete-delay`"},
	{name: "interfaces", run: (*execution).interfaces, doc: "ports, packets and quality of each local address"},
	{name: "jsonstats", run: (*execution).jsonStats, doc: "the statistics as JSON"},
	{name: "transcoders", run: (*execution).transcoders, doc: "says that there are none"},
}

var set = []command{
	{name: "maxopenfiles", args: "N", needs: true, run: (*execution).setOpenFiles, doc: "the limit of open files"},
	{name: "maxsessions", args: "N", needs: true, run: change("maxsessions", "max-sessions"), doc: "`--max-sessions`; -1 is no limit"},
	{name: "maxcpu", args: "PERCENT", needs: true, run: changeLoad("maxcpu", "max-cpu", 1), doc: "`--max-cpu`; 0 is no limit, as for the next two"},
	{name: "maxload", args: "AVERAGE", needs: true, run: changeLoad("maxload", "max-load", 2), doc: "`--max-load`"},
	{name: "maxbw", args: "OCTETS", needs: true, run: change("maxbw", "max-bandwidth"), doc: "`--max-bandwidth`, received per second"},
	{name: "timeout", args: "SECONDS", needs: true, run: change("timeout", "timeout"), doc: "`--timeout`; 0 is never, as for the next three"},
	{name: "silenttimeout", args: "SECONDS", needs: true, run: change("timeout", "silent-timeout"), doc: "`--silent-timeout`"},
	{name: "offertimeout", args: "SECONDS", needs: true, run: change("timeout", "offer-timeout"), doc: "`--offer-timeout`"},
	{name: "finaltimeout", args: "SECONDS", needs: true, run: change("timeout", "final-timeout"), doc: "`--final-timeout`"},
	{name: "loglevel", args: "[PART] LEVEL", needs: true, run: (*execution).setLogLevel, doc: "the level of one part, or of everything"},
	{name: "redisallowederrors", refused: noRedis},
	{name: "redisdisabletime", refused: noRedis},
	{name: "redisdisable", refused: noRedis},
	{name: "redisconnecttimeout", refused: noRedis},
	{name: "rediscmdtimeout", refused: noRedis},
	{name: "controltos", args: "TOS", needs: true, run: change("control-tos", "control-tos"), doc: "`--control-tos`"},
	{name: "deletedelay", args: "SECONDS", needs: true, run: change("delete-delay", "delete-delay"), doc: "`--delete-delay`"},
}

// walk finds the command that a line names among those that may stand there.
func (x *execution) walk(at []command, line string) {
	if line == "" {
		x.more()
		return
	}
	word, rest := cutWord(line)
	if word == "help" {
		x.help(at)
		return
	}
	n := slices.IndexFunc(at, func(c command) bool { return c.name == word })
	if n < 0 {
		x.unknown(line)
		return
	}
	switch c := &at[n]; {
	case c.next != nil:
		x.walk(c.next, rest)
	case c.refused != "":
		x.print("Not supported by rtpgo: ", c.name, ": ", c.refused, "\n")
	case c.needs && rest == "":
		x.more()
	default:
		c.run(x, rest)
	}
}

// cutWord divides a line that begins with a word.
func cutWord(line string) (word, rest string) {
	n := strings.IndexFunc(line, unicode.IsSpace)
	if n < 0 {
		return line, ""
	}
	return line[:n], strings.TrimLeftFunc(line[n:], unicode.IsSpace)
}

func (x *execution) more() { x.print("More parameters required.\n") }

func (x *execution) unknown(line string) {
	x.print("Unknown or incomplete command::", line, "\n")
}

func (x *execution) help(at []command) {
	x.print("Available sub-commands at this level:\n")
	for _, c := range at {
		x.print("\t", c.name, "\n")
	}
}
