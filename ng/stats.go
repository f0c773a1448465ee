package ng

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// commandNames are the commands that are counted, in the order of the
// reference's controlstatistics, with the stem of its key there. The two
// without a name belong to commands that no longer exist.
var commandNames = [...]struct{ name, stem string }{
	{"ping", "ping"}, {"offer", "offer"}, {"answer", "answer"}, {"delete", "delete"},
	{"query", "query"}, {"list", "list"},
	{"start recording", "startrec"}, {"stop recording", "stoprec"}, {"pause recording", "pauserec"},
	{"start forwarding", "startfwd"}, {"stop forwarding", "stopfwd"},
	{"block DTMF", "blkdtmf"}, {"unblock DTMF", "unblkdtmf"},
	{"block media", "blkmedia"}, {"unblock media", "unblkmedia"},
	{"play media", "playmedia"}, {"stop media", "stopmedia"}, {"play DTMF", "playdtmf"},
	{"statistics", "stats"},
	{"silence media", "slnmedia"}, {"unsilence media", "unslnmedia"},
	{"", "blkslnmedia"}, {"", "unblkslnmedia"},
	{"publish", "pub"}, {"subscribe request", "subreq"}, {"subscribe answer", "subans"},
	{"unsubscribe", "unsub"},
}

const numCommands = len(commandNames)

var commandIndex = func() map[string]int {
	m := make(map[string]int)
	for i, c := range commandNames {
		if c.name != "" {
			m[c.name] = i
		}
	}
	return m
}()

// CommandStats counts one command.
type CommandStats struct {
	Count    uint64
	Errors   uint64
	Duration time.Duration // of all together
}

// PeerStats counts the requests of one client address.
type PeerStats struct {
	Peer     netip.Addr // zero: all clients beyond the first maxPeers
	Commands map[string]CommandStats
	Errors   uint64 // replies with result error, unknown commands included
}

// Stats is what a server has done since its start.
type Stats struct {
	Peers []PeerStats // sorted by address

	NoCookie   uint64 // messages without a cookie: dropped
	Malformed  uint64 // documents that weren't a dictionary: answered with the cookie alone
	Repeated   uint64 // answered from the retransmission cache
	Joined     uint64 // repeated while the first was in work
	Overloaded uint64 // dropped because too many requests were in work
	Panics     uint64
}

// maxPeers bounds the table of clients: behind it all count as one.
const maxPeers = 256

type counters struct {
	noCookie, malformed, repeated, joined, overloaded, panics atomic.Uint64
	latencies                                                 [numCommands + 1]latency // the last one: OtherCommands

	mu    sync.RWMutex
	peers map[netip.Addr]*peerCounters
}

type peerCounters struct {
	errors   atomic.Uint64
	commands [numCommands]struct{ count, errors, nanos atomic.Uint64 }
}

func (c *counters) peer(a netip.Addr) *peerCounters {
	c.mu.RLock()
	p := c.peers[a]
	c.mu.RUnlock()
	if p != nil {
		return p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.peers == nil {
		c.peers = make(map[netip.Addr]*peerCounters)
	}
	if len(c.peers) >= maxPeers {
		a = netip.Addr{}
	}
	if p = c.peers[a]; p == nil {
		p = new(peerCounters)
		c.peers[a] = p
	}
	return p
}

func (c *counters) count(peer netip.Addr, command string, failed bool, took time.Duration) {
	p := c.peer(peer)
	if failed {
		p.errors.Add(1)
	}
	i, known := commandIndex[command]
	if !known {
		c.latencies[numCommands].count(took, failed)
		return
	}
	c.latencies[i].count(took, failed)
	p.commands[i].count.Add(1)
	p.commands[i].nanos.Add(uint64(took))
	if failed {
		p.commands[i].errors.Add(1)
	}
}

func (c *counters) snapshot() Stats {
	s := Stats{
		NoCookie: c.noCookie.Load(), Malformed: c.malformed.Load(), Repeated: c.repeated.Load(),
		Joined: c.joined.Load(), Overloaded: c.overloaded.Load(), Panics: c.panics.Load(),
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	for a, p := range c.peers {
		ps := PeerStats{Peer: a, Errors: p.errors.Load(), Commands: make(map[string]CommandStats)}
		for i := range p.commands {
			n := &p.commands[i]
			if count := n.count.Load(); count > 0 {
				ps.Commands[commandNames[i].name] = CommandStats{count, n.errors.Load(), time.Duration(n.nanos.Load())}
			}
		}
		s.Peers = append(s.Peers, ps)
	}
	slices.SortFunc(s.Peers, func(a, b PeerStats) int { return a.Peer.Compare(b.Peer) })
	return s
}
