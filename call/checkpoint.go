package call

import "sync"

// checkpoint is what a call was before a request, so that one that fails
// half-way leaves nothing behind.
type checkpoint struct {
	call     *Call
	settings settings
	parties  []partyState
	medias   []Media // of all parties
	peers    []*Party
}

type partyState struct {
	party         *Party
	was           Party
	medias, peers int // how many
}

// checkpoints are kept for their memory: every offer and answer takes one.
var checkpoints = sync.Pool{New: func() any { return new(checkpoint) }}

// checkpoint remembers the call until release. What slices of it hold isn't
// changed in place, but for those copied here.
func (c *Call) checkpoint() *checkpoint {
	k := checkpoints.Get().(*checkpoint)
	k.call, k.settings = c, c.settings
	for _, p := range c.parties {
		k.parties = append(k.parties, partyState{party: p, was: *p, medias: len(p.medias), peers: len(p.peers)})
		k.peers = append(k.peers, p.peers...)
		for _, m := range p.medias {
			k.medias = append(k.medias, *m)
		}
	}
	return k
}

// release gives the memory back.
func (k *checkpoint) release() {
	clear(k.parties)
	clear(k.medias)
	clear(k.peers)
	*k = checkpoint{parties: k.parties[:0], medias: k.medias[:0], peers: k.peers[:0]}
	checkpoints.Put(k)
}

// undo restores what was, and gives back the ports opened since.
func (k *checkpoint) undo() {
	c := k.call
	for _, p := range c.parties {
		k.closeNewPorts(p)
	}
	c.settings = k.settings
	c.parties = c.parties[:0]
	medias, peers := k.medias, k.peers
	for i := range k.parties {
		s := &k.parties[i]
		p := s.party
		*p = s.was
		p.peers = append([]*Party(nil), peers[:s.peers]...)
		peers = peers[s.peers:]
		for j, m := range p.medias {
			*m = medias[j]
		}
		medias = medias[s.medias:]
		c.parties = append(c.parties, p)
	}
}

// closeNewPorts closes the sets that a party didn't have before.
func (k *checkpoint) closeNewPorts(p *Party) {
	for j, m := range p.medias {
		for _, s := range m.sets[k.setsOf(p, j):] {
			s.close()
		}
	}
}

// setsOf is how many sets a section of a party had: new ones stand behind them.
func (k *checkpoint) setsOf(p *Party, section int) int {
	before := 0
	for i := range k.parties {
		s := &k.parties[i]
		if s.party == p && section < s.medias {
			return len(k.medias[before+section].sets)
		}
		before += s.medias
	}
	return 0
}
