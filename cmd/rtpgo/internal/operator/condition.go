package operator

import "rtpgo/ng"

// silentAfter is how many seconds without an RTP packet make a call silent.
const silentAfter = 10

// condition is the state of a call as an operator asks for it: signalling's
// state, and once answered what arrives.
func condition(c ng.Dict) string {
	if state := field[string](c, "state"); state != "answered" {
		return state
	}
	var expected, arriving, ever int // RTP streams
	for _, p := range dicts(c, "parties") {
		for _, m := range dicts(p, "medias") {
			if field[int64](m, "receive") == 0 {
				continue // held, or it only listens
			}
			for _, s := range dicts(m, "streams") {
				if field[string](s, "kind") != "RTP" {
					continue
				}
				expected++
				if field[int64](field[ng.Dict](s, "in"), "packets") == 0 {
					continue
				}
				ever++
				if field[int64](s, "idle") < silentAfter {
					arriving++
				}
			}
		}
	}
	switch {
	case expected == 0:
		return "held"
	case ever == 0:
		return "no media"
	case arriving == 0:
		return "silent"
	case ever < expected:
		return "one-way"
	default:
		return "up"
	}
}
