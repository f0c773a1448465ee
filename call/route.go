package call

import (
	"errors"
	"net/netip"
	"syscall"

	"rtpgo/call/explain"
	"rtpgo/interfaces"
)

// route asks the host how packets from local reach a peer. better names another
// logical interface, which the host's routes would take.
func (m *Media) route(local, peer netip.Addr) (route explain.Route, better string) {
	if peer.IsUnspecified() || !local.IsValid() || local.Is4() != peer.Is4() {
		return route, ""
	}
	r := m.party.call.registry
	found, err := r.routeTo(local, peer)
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		return route, ""
	}
	route = explain.Route{Known: true, Source: found.Source, MTU: found.MTU}
	if err != nil {
		route.Error = routeError(err)
	}
	if found.Source == local || !found.Source.IsValid() {
		return route, ""
	}
	for _, l := range r.Interfaces.All() {
		for _, a := range l.Addresses(interfaces.FamilyAny) {
			if a.Local == found.Source && l != m.iface {
				better = l.Name
			}
		}
		for _, a := range l.Addresses(interfaces.FamilyAny) {
			if a.Local == found.Source && l == m.iface {
				return route, ""
			}
		}
	}
	return route, better
}

// routeError is why there is no way, without what was being done.
func routeError(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
