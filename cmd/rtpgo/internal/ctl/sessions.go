package ctl

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rtpgo/call"
)

func (x *execution) numSessions(string) {
	var four, six, mixed int
	list := x.calls.Sessions()
	for _, s := range list {
		switch {
		case !s.Answered:
		case s.IPv4 && s.IPv6:
			mixed++
		case s.IPv4:
			four++
		case s.IPv6:
			six++
		}
	}
	fmt.Fprintf(x, "Current sessions own: %d\nCurrent sessions foreign: 0\nCurrent sessions total: %d\nCurrent transcoded media: 0\n",
		len(list), len(list))
	fmt.Fprintf(x, "Current sessions ipv4 only media: %d\nCurrent sessions ipv6 only media: %d\nCurrent sessions ip mixed  media: %d\n",
		four, six, mixed)
}

func (x *execution) sessions(which string) {
	switch which {
	case "all", "own":
		all := x.calls.Sessions()
		if len(all) == 0 {
			x.print("No ", strings.TrimPrefix(which+" ", "all "), "sessions on this media relay.\n")
		}
		for _, s := range all {
			fmt.Fprintf(x, "ID: %60s | del:%s | creat: %11d | prx:%s | redis:%2d | frgn:n | rec:n\n",
				s.ID, letter(s.Deleted), s.Created.Unix(), creator(s), 0)
		}
	case "foreign":
		x.print("No foreign sessions on this media relay.\n")
	default:
		s, ok := x.calls.Session(which)
		if !ok {
			x.print("\nCall ID not found (", which, ").\n\n")
			return
		}
		x.session(s)
	}
}

// session shows one session in detail.
func (x *execution) session(s call.Session) {
	fmt.Fprintf(x, "\ncallid: %s\ndeletionmark: %s\ncreated: %d\nproxy: %s\ntos: %d\nlast_signal: %d\n"+
		"redis_keyspace: 0\nlast redis update: 0\nforeign: no\nrecording: no\n\n",
		s.ID, word(s.Deleted), s.Created.Unix(), creator(s), s.TOS, seconds(s.LastSignal))
	for n := range s.Parties {
		x.party(s, n)
	}
	x.print("\n")
}

// party shows one tag of a session. Who offered first is its FROM_TAG.
func (x *execution) party(s call.Session, n int) {
	p := &s.Parties[n]
	role := "TO_TAG"
	if n == 0 {
		role = "FROM_TAG"
	}
	fmt.Fprintf(x, "--- Tag '%s', type: %s, label '%s', branch '%s', callduration %.6f\n", p.Tag, role, p.Label, p.Branch, p.Age.Seconds())
	for _, relation := range []string{"subscribed to", "subscription of"} {
		for _, m := range p.Medias {
			if m.PeerIndex > 0 {
				fmt.Fprintf(x, "---     %s media with monologue tag '%s' (index: %d)\n", relation, m.PeerTag, m.PeerIndex)
			}
		}
	}
	for _, m := range p.Medias {
		codec := m.Codec
		if codec == "" {
			codec = "unknown codec"
		}
		fmt.Fprintf(x, "------ Media #%d (%s over %s) using %s\n", m.Index, m.Type, m.Protocol, codec)
		for _, r := range m.Streams {
			kind := ""
			if r.RTCP {
				kind = " (RTCP)"
			}
			fmt.Fprintf(x, "-------- Port %s <> %s%s, SSRC %x, %d p, %d b, %d e, %d uts %d kts\n",
				endpoint(r.Local), endpoint(r.Remote), kind, r.SSRC, r.Packets, r.Octets, r.Errors, seconds(r.LastUser), seconds(r.LastKernel))
		}
	}
}

func endpoint(a netip.AddrPort) string {
	if !a.IsValid() {
		a = netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	}
	return fmt.Sprintf("%15s:%-5d", a.Addr(), a.Port())
}

func creator(s call.Session) string {
	if !s.Creator.IsValid() {
		return "(unknown)"
	}
	return s.Creator.String()
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func letter(b bool) string { return word(b)[:1] }

func word(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (x *execution) terminate(which string) {
	switch which {
	case "all", "own":
		x.calls.TerminateAll()
		if which == "all" {
			x.print("All calls terminated by operator.\n")
			return
		}
		x.print("All own calls terminated by operator.\n")
	case "foreign":
		x.print("All foreign calls terminated by operator.\n") // there never are any
	default:
		if !x.calls.Terminate(which) {
			x.print("\nCall Id not found (", which, ").\n\n")
			return
		}
		x.print("\nCall Id (", which, ") successfully terminated by operator.\n\n")
	}
}

func (x *execution) active(string) { x.print("Ok, all calls set to 'owned (active)'\n") }
