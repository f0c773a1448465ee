package ng

import (
	"fmt"
	"time"
)

// Control is the dictionary "controlstatistics" of the command statistics: one
// entry per client, then totals.
func (s Stats) Control() Dict {
	proxies := List{}
	var totals [numCommands]uint64
	for _, p := range s.Peers {
		name := "other"
		if p.Peer.IsValid() {
			name = p.Peer.String()
		}
		proxy := Dict{{"proxy", name}}
		for i, c := range commandNames {
			n := p.Commands[c.name]
			totals[i] += n.Count
			proxy = append(proxy,
				Pair{c.stem + "count", int64(n.Count)},
				Pair{c.stem + "duration", seconds(n.Duration)})
		}
		proxies = append(proxies, append(proxy, Pair{"errorcount", int64(p.Errors)}))
	}
	d := Dict{{"proxies", proxies}}
	for i, c := range commandNames {
		d = append(d, Pair{"total" + c.stem + "count", int64(totals[i])})
	}
	return d
}

// seconds is a duration in the form of the reference's statistics.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%d.%06d", d/time.Second, d%time.Second/time.Microsecond)
}
