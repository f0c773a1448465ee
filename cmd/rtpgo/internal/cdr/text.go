// Package cdr writes a record of each call that has ended: as a line in the
// reference's form for syslog, and as JSON into a file.
package cdr

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rtpgo/call"
)

// reasons are the reference's words for what ended a call.
var reasons = map[string]string{
	"deleted": "REGULAR", "terminated": "FORCED", "shutdown": "FORCED", "timeout": "TIMEOUT",
	"silent-timeout": "SILENT_TIMEOUT", "final-timeout": "FINAL_TIMEOUT", "offer-timeout": "OFFER_TIMEOUT",
}

// Line is the record as the reference's --log-facility-cdr has it.
func Line(r *call.Record) string {
	b := []byte("ci=" + oneLine(r.CallID) + ", ")
	b = fmt.Appendf(b, "created_from=%s, last_signal=%d, tos=%d, ", address(r.Creator), unix(r.LastSignal), r.TOS)
	reason := reasons[r.Reason]
	if reason == "" {
		reason = "UNKNOWN"
	}
	for i, p := range r.Parties {
		typ := "TO_TAG"
		if p.Caller {
			typ = "FROM_TAG"
		}
		b = fmt.Appendf(b, "ml%d_start_time=%s, ml%d_end_time=%s, ml%d_duration=%.6f, ml%d_termination=%s, ml%d_local_tag=%s, ml%d_local_tag_type=%s, ",
			i, exact(p.Created), i, exact(r.Ended), i, r.Ended.Sub(p.Created).Seconds(), i, reason, i, oneLine(p.Tag), i, typ)
		for _, peer := range p.Peers {
			b = fmt.Appendf(b, "ml%d_remote_tag=%s, ", i, oneLine(peer))
		}
		for _, m := range p.Medias {
			b = appendMedia(b, i, &m)
		}
	}
	return string(b)
}

func appendMedia(b []byte, party int, m *call.RecordMedia) []byte {
	if m.PT < 0 {
		b = append(b, "payload_type=unknown, "...)
	} else {
		b = fmt.Appendf(b, "payload_type=%d, ", m.PT)
	}
	for _, s := range m.Streams {
		head := fmt.Sprintf("ml%d_midx%d_%s_", party, m.Index, strings.ToLower(s.Kind))
		for _, f := range []struct {
			name  string
			value any
		}{
			{"endpoint_ip", ip(s.Remote)}, {"endpoint_port", s.Remote.Port()},
			{"local_relay_ip", ip(s.Local)}, {"local_relay_port", s.Local.Port()},
			{"relayed_packets", s.Packets}, {"relayed_bytes", s.Octets}, {"relayed_errors", s.Errors},
			{"last_packet", unix(s.Last)}, {"in_tos_tclass", 0}, // not looked at
		} {
			b = fmt.Appendf(b, "%s%s=%v, ", head, f.name, f.value)
		}
	}
	return b
}

func address(a netip.AddrPort) string {
	if !a.IsValid() {
		return "(none)"
	}
	return a.String()
}

func ip(a netip.AddrPort) string {
	if !a.IsValid() {
		return "0.0.0.0"
	}
	return a.Addr().String()
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// exact is a time in seconds with six digits behind the point.
func exact(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

// oneLine keeps what comes from outside from making lines of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, s)
}
