package explain

import (
	"fmt"
	"net/netip"
	"time"
)

// who names a party and where it is.
func who(s *Side) string {
	st := &s.Streams[0]
	ep := st.Signalled
	if st.Remote.IsValid() {
		ep = st.Remote
	}
	if !ep.IsValid() {
		return name(s)
	}
	return fmt.Sprintf("%s (%s)", name(s), ep)
}

func whoOr(s *Side) string {
	if s == nil {
		return "the other party"
	}
	return who(s)
}

// name is the tag, or what there is of it.
func name(s *Side) string {
	switch {
	case s == nil:
		return "the other party"
	case s.Tag == "":
		return "the party without a tag"
	}
	return s.Tag
}

// port names our port that faces a party, as its SDP has it.
func port(s *Side) string {
	st := &s.Streams[0]
	ep := st.Told
	if !ep.IsValid() {
		ep = st.Local
	}
	if !ep.IsValid() {
		return "rtpgo"
	}
	if s.Interface == "" {
		return fmt.Sprintf("rtpgo (%s)", ep)
	}
	return fmt.Sprintf("rtpgo (%s %s)", s.Interface, ep)
}

// nothing says what the receiver notices.
func (d *direction) nothing() string {
	verb := "gets nothing"
	switch d.from.Type {
	case "audio":
		verb = "hears nothing"
	case "video":
		verb = "sees nothing"
	}
	return name(d.to) + " " + verb
}

func ago(d time.Duration) string { return fmt.Sprintf("%d s", d/time.Second) }

func packets(n uint64) string {
	if n == 1 {
		return "1 packet"
	}
	return fmt.Sprintf("%d packets", n)
}

// private tells whether an address means nothing outside of its own network.
func private(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || sharedNAT.Contains(a)
}

// sharedNAT is that of carriers' NAT (RFC 6598).
var sharedNAT = netip.MustParsePrefix("100.64.0.0/10")

// behindNAT tells whether a party's SDP names an address that only its own
// network knows.
func behindNAT(s *Side) bool {
	st := &s.Streams[0]
	a := st.Signalled.Addr()
	if !a.IsValid() || !private(a) {
		return false
	}
	told := st.Told.Addr()
	if s.Source.IsValid() && s.Source.Unmap() != a {
		return true
	}
	return told.IsValid() && !private(told)
}
