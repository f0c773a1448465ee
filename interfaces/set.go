package interfaces

import "sync/atomic"

// Set is everything that was configured. It is safe for concurrent use.
type Set struct {
	list     []*Logical
	byName   map[string]*Logical
	alias    map[string]string // alias -> name or base that it stands for
	bases    map[string]*group // BASE of BASE:SUFFIX
	all      group
	pools    []*Pool
	warnings []string
}

// group is a list of interfaces used in turn.
type group struct {
	members []*Logical
	next    atomic.Uint32
}

// pick returns the next member that has n ports of family f; where none has,
// the next member that has an address of f; where none has, the next one.
func (g *group) pick(f Family, n int) *Logical {
	start := int(g.next.Add(1) - 1)
	var withFamily *Logical
	for i := range g.members {
		l := g.members[(start+i)%len(g.members)]
		if l.hasPorts(f, n) {
			return l
		}
		if withFamily == nil && len(l.Addresses(f)) > 0 {
			withFamily = l
		}
	}
	if withFamily != nil {
		return withFamily
	}
	return g.members[start%len(g.members)]
}

// Default returns the interface of a side that names none: the first one
// given, or, where that is called BASE:SUFFIX, the next of those with the same
// BASE.
func (s *Set) Default() *Logical { return s.DefaultFor(FamilyAny) }

// DefaultFor is Default where an address of the given family is needed.
func (s *Set) DefaultFor(f Family) *Logical {
	first := s.list[0]
	if g := s.bases[first.Base()]; g != nil {
		return g.pick(f, 2)
	}
	return first
}

// Lookup returns the interface that a name means: an interface of that name,
// an alias, or BASE where interfaces BASE:SUFFIX exist, which are then used in
// turn, passing over those without ports. "any" means the default unless
// something bears that name. False if nothing does.
func (s *Set) Lookup(name string) (*Logical, bool) { return s.LookupFor(name, FamilyAny) }

// LookupFor is Lookup where an address of the given family is needed: among
// BASE:SUFFIX only interfaces that have one are chosen.
func (s *Set) LookupFor(name string, f Family) (*Logical, bool) {
	if target, ok := s.alias[name]; ok {
		name = target
	}
	if l, ok := s.byName[name]; ok {
		return l, true
	}
	if g, ok := s.bases[name]; ok {
		return g.pick(f, 2), true
	}
	if name == "any" {
		return s.DefaultFor(f), true
	}
	return nil, false
}

// RoundRobin returns each interface in turn ("round-robin-calls"), passing
// over those without ports of the family.
func (s *Set) RoundRobin(f Family) *Logical { return s.all.pick(f, 2) }

// All returns the interfaces in configured order. The slice must not be
// changed.
func (s *Set) All() []*Logical { return s.list }

// Pools returns the port pools, one per local address, in configured order.
func (s *Set) Pools() []*Pool { return s.pools }

// Warnings returns what was odd about the specifications but is no error.
func (s *Set) Warnings() []string { return s.warnings }
