package interfaces

import (
	"errors"
	"fmt"
	"net/netip"
)

// Parse reads the values of --interface: [NAME/]HOST[!ADVERTISED] or
// ALIAS=NAME, each string holding one or several separated by ";". HOST is an
// IP address, the name of a network device (all its addresses), a DNS host
// name (looked up now, once) or "any" (every address but those of loopback
// devices, or those if there is no other). Without NAME the interface is called "default"; the same name given
// again adds an address to it.
// ADVERTISED must be an IP address of the family of HOST.
//
// Addresses need not be present on the host: opening a port on an absent one
// fails later. Errors name the specification at fault.
func Parse(specs []string, cfg PoolConfig) (*Set, error) {
	return parse(specs, cfg, system{})
}

func parse(list []string, cfg PoolConfig, h host) (*Set, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	specs, err := ParseSpecs(list)
	if err != nil {
		return nil, err
	}
	b := builder{host: h, cfg: cfg, pools: map[netip.Addr]*Pool{}, set: &Set{
		byName: map[string]*Logical{}, alias: map[string]string{}, bases: map[string]*group{}}}
	// Aliases come second, so that they may stand before what they name.
	for _, aliases := range []bool{false, true} {
		for _, spec := range specs {
			if aliases != (spec.Target != "") {
				continue
			}
			if err := b.add(spec); err != nil {
				return nil, fmt.Errorf("interface %q: %w", spec.Text, err)
			}
		}
	}
	if len(b.set.list) == 0 {
		return nil, errors.New("no interface given (--interface=NAME/ADDRESS)")
	}
	b.set.all.members = b.set.list
	return b.set, nil
}

type builder struct {
	host  host
	cfg   PoolConfig
	pools map[netip.Addr]*Pool
	set   *Set
}

func (b *builder) add(spec Spec) error {
	if spec.Target != "" {
		return b.alias(spec)
	}
	return b.addresses(spec)
}

func (b *builder) alias(spec Spec) error {
	if b.known(spec.Name) {
		return fmt.Errorf("the name %q is taken", spec.Name)
	}
	target := spec.Target
	if t, ok := b.set.alias[target]; ok {
		target = t
	}
	members := []*Logical{b.set.byName[target]}
	if members[0] == nil {
		g := b.set.bases[target]
		if g == nil {
			return fmt.Errorf("no interface %q", target)
		}
		members = g.members
	}
	b.set.alias[spec.Name] = target
	for _, l := range members {
		l.aliases = append(l.aliases, spec.Name)
	}
	return nil
}

func (b *builder) known(name string) bool {
	_, isAlias := b.set.alias[name]
	return isAlias || b.set.byName[name] != nil || b.set.bases[name] != nil
}

func (b *builder) addresses(spec Spec) error {
	addrs, err := b.expand(spec)
	if err != nil {
		return err
	}
	advertised := false
	for _, local := range addrs {
		if err := usable(local); err != nil {
			return err
		}
		a := &Address{Local: local, Advertised: local.WithZone("")}
		if spec.Advertised.IsValid() && FamilyOf(spec.Advertised) == FamilyOf(local) {
			a.Advertised, advertised = spec.Advertised, true
		}
		b.addAddress(spec, a)
	}
	if spec.Advertised.IsValid() && !advertised {
		return fmt.Errorf("advertised address %s is not of the family of %s (%s)",
			spec.Advertised, spec.Host, FamilyOf(addrs[0]))
	}
	return nil
}

// expand turns HOST into addresses, at least one.
func (b *builder) expand(spec Spec) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(spec.Host); err == nil {
		return []netip.Addr{addr.Unmap()}, nil
	}
	if spec.Host == "any" {
		return b.anyAddress(spec)
	}
	addrs, ok, err := b.host.device(spec.Host)
	if err != nil {
		return nil, err
	}
	if ok {
		if len(addrs) == 0 {
			return nil, fmt.Errorf("device %s has no address that can be used", spec.Host)
		}
		return addrs, nil
	}
	addrs, err = b.host.resolve(spec.Host)
	if err != nil {
		return nil, fmt.Errorf("%q is no IP address, no network device, and no host name that resolves: %w", spec.Host, err)
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("host name %q has no address", spec.Host)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, nil
}

// anyAddress returns every address of the host; those of loopback devices only
// where there is no other.
func (b *builder) anyAddress(spec Spec) ([]netip.Addr, error) {
	addrs, loopback, err := b.host.all()
	if err != nil {
		return nil, err
	}
	if len(addrs) > 0 {
		return addrs, nil
	}
	if len(loopback) == 0 {
		return nil, errors.New("this host has no address")
	}
	b.set.warnings = append(b.set.warnings,
		fmt.Sprintf("interface %q: this host has only loopback addresses, which no other host can send to", spec.Text))
	return loopback, nil
}

func usable(a netip.Addr) error {
	switch {
	case a.IsUnspecified():
		return fmt.Errorf("%s is no address that a peer can send to; \"any\" takes every address of the host", a)
	case a.IsMulticast():
		return fmt.Errorf("%s is a multicast address", a)
	case a.Is6() && a.IsLinkLocalUnicast() && a.Zone() == "":
		return fmt.Errorf("link-local address %s needs its device: %s%%DEVICE", a, a)
	}
	return nil
}

// addAddress appends an address to its interface, making the interface if
// need be.
func (b *builder) addAddress(spec Spec, a *Address) {
	l := b.set.byName[spec.Name]
	if l == nil {
		l = &Logical{Name: spec.Name}
		b.set.byName[l.Name] = l
		b.set.list = append(b.set.list, l)
		if base := l.Base(); base != "" {
			if b.set.bases[base] == nil {
				b.set.bases[base] = &group{}
			}
			b.set.bases[base].members = append(b.set.bases[base].members, l)
		}
	}
	for _, other := range l.addrs {
		if other.Local == a.Local && other.Advertised == a.Advertised {
			b.set.warnings = append(b.set.warnings,
				fmt.Sprintf("interface %q: %s is given twice for %q; the second is ignored", spec.Text, a.Local, l.Name))
			return
		}
	}
	a.Ports = b.pools[a.Local]
	if a.Ports == nil {
		a.Ports = newPool(b.cfg)
		b.pools[a.Local] = a.Ports
		b.set.pools = append(b.set.pools, a.Ports)
	}
	l.add(a)
}
