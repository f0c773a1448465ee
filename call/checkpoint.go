package call

// checkpoint remembers the call so that a request that fails half-way leaves
// nothing behind: the returned function restores what was, and gives back the
// ports opened since.
func (c *Call) checkpoint() (undo func()) {
	metadata, dropTraffic, tos, tosSet := c.metadata, c.dropTraffic, c.tos, c.tosSet
	parties := append([]*Party(nil), c.parties...)
	tags := make(map[string]*Party, len(c.tags))
	for t, p := range c.tags {
		tags[t] = p
	}
	states := make([]partyState, len(parties))
	for i, p := range parties {
		states[i] = p.save()
	}
	return func() {
		for _, p := range c.parties {
			p.closeNewPorts(parties, states)
		}
		c.parties, c.tags = parties, tags
		c.metadata, c.dropTraffic, c.tos, c.tosSet = metadata, dropTraffic, tos, tosSet
		for i, p := range parties {
			*p = states[i].party
			p.medias = append([]*Media(nil), states[i].list...)
			for j, m := range p.medias {
				*m = states[i].medias[j]
			}
		}
	}
}

type partyState struct {
	party  Party
	list   []*Media
	medias []Media
}

func (p *Party) save() partyState {
	s := partyState{party: *p, list: append([]*Media(nil), p.medias...), medias: make([]Media, len(p.medias))}
	s.party.aliases = append([]string(nil), p.aliases...)
	s.party.peers = append([]*Party(nil), p.peers...)
	for i, m := range p.medias {
		s.medias[i] = *m
		s.medias[i].sets = append([]*portSet(nil), m.sets...)
	}
	return s
}

// closeNewPorts closes the sets that a party didn't have before.
func (p *Party) closeNewPorts(parties []*Party, states []partyState) {
	had := map[*portSet]bool{}
	for i, q := range parties {
		if q == p {
			for _, m := range states[i].medias {
				for _, s := range m.sets {
					had[s] = true
				}
			}
		}
	}
	for _, m := range p.medias {
		for _, s := range m.sets {
			if !had[s] {
				s.close()
			}
		}
	}
}
