package ctl

import (
	"slices"

	"rtpgo/call"
)

func (x *execution) debug(rest string) {
	id, flag := cutWord(rest)
	if id == "" {
		x.print("No call ID specified\n")
		return
	}
	x.setDebug(id, flag)
}

// setDebug switches on where nothing says otherwise.
func (x *execution) setDebug(id, flag string) {
	on := flag != "off"
	switch {
	case flag != "" && flag != "on" && flag != "off":
		x.print("Invalid on/off flag ('", flag, "') specified\n")
	case !x.calls.SetDebug(id, on):
		x.print("Call ID '", id, "' not found\n")
	case on:
		x.print("Enabled debugging for call '", id, "'\n")
	default:
		x.print("Disabled debugging for call '", id, "'\n")
	}
}

// call is about one call: "CALL-ID what".
func (x *execution) call(rest string) {
	id, what := cutWord(rest)
	s, ok := x.calls.Session(id)
	if !ok {
		x.print("No such call '", id, "'\n")
		return
	}
	word, rest := cutWord(what)
	switch word {
	case "help":
		x.help([]command{{name: "info"}, {name: "terminate"}, {name: "debug"}, {name: "tag"}})
	case "info":
		x.session(s)
	case "terminate":
		if x.calls.Terminate(id) {
			x.print("\nCall '", id, "' terminated.\n\n")
		} else { // it ended meanwhile
			x.print("No such call '", id, "'\n")
		}
	case "debug":
		x.setDebug(id, rest)
	case "tag":
		tag, what := cutWord(rest)
		n := slices.IndexFunc(s.Parties, func(p call.SessionParty) bool { return p.Tag == tag })
		switch {
		case tag == "":
			x.more()
		case n < 0:
			x.print("No such tag '", tag, "'\n")
		case what == "info":
			x.party(s, n)
		case what == "help":
			x.help([]command{{name: "info"}})
		default:
			x.unknown(what)
		}
	default:
		x.unknown(what)
	}
}
