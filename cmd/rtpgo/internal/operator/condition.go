package operator

import (
	"time"

	"rtpgo/call"
	"rtpgo/ng"
)

// condition is the state of a call as an operator asks for it.
func condition(c ng.Dict) string {
	var arrivals call.Arrivals
	for _, p := range dicts(c, "parties") {
		for _, m := range dicts(p, "medias") {
			if field[int64](m, "receive") == 0 {
				continue // held, or it only listens
			}
			for _, s := range dicts(m, "streams") {
				if field[string](s, "kind") != "RTP" {
					continue
				}
				arrivals.Expected++
				if field[int64](field[ng.Dict](s, "in"), "packets") == 0 {
					continue
				}
				arrivals.Ever++
				if time.Duration(field[int64](s, "idle"))*time.Second < call.SilentAfter {
					arrivals.Now++
				}
			}
		}
	}
	return arrivals.Condition(field[string](c, "state"))
}
