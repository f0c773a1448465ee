package call

// checkpoint is what a call was before a request, so that one that fails
// half-way leaves nothing behind.
type checkpoint struct {
	call     *Call
	settings settings
	parties  []partyState
}

type partyState struct {
	party  *Party
	was    Party
	medias []Media
}

// checkpoint remembers the call. What slices of it hold isn't changed in
// place, but for those copied here.
func (c *Call) checkpoint() *checkpoint {
	k := &checkpoint{call: c, settings: c.settings, parties: make([]partyState, len(c.parties))}
	n := 0
	for _, p := range c.parties {
		n += len(p.medias)
	}
	medias := make([]Media, n)
	for i, p := range c.parties {
		s := partyState{party: p, was: *p, medias: medias[:len(p.medias):len(p.medias)]}
		medias = medias[len(p.medias):]
		s.was.peers = append([]*Party(nil), p.peers...)
		for j, m := range p.medias {
			s.medias[j] = *m
		}
		k.parties[i] = s
	}
	return k
}

// undo restores what was, and gives back the ports opened since.
func (k *checkpoint) undo() {
	c := k.call
	for _, p := range c.parties {
		k.closeNewPorts(p)
	}
	c.settings = k.settings
	c.parties = c.parties[:0]
	for i := range k.parties {
		s := &k.parties[i]
		p := s.party
		*p = s.was
		for j, m := range p.medias {
			*m = s.medias[j]
		}
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
	for i := range k.parties {
		if s := &k.parties[i]; s.party == p && section < len(s.medias) {
			return len(s.medias[section].sets)
		}
	}
	return 0
}
