package phone

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// Section is what one m= section of a received SDP says.
type Section struct {
	Kind, Proto string
	Formats     []string
	// RTP and RTCP are the addresses that take media; the zero value where
	// the section is refused (port 0).
	RTP, RTCP netip.AddrPort
	Mux       bool
	// Direction is sendrecv, sendonly, recvonly or inactive.
	Direction string
}

// Refused says that the section's port is 0.
func (s Section) Refused() bool { return !s.RTP.IsValid() }

// ParseSDP reads an SDP with pion's strict parser, as an independent witness
// that it is well-formed. It returns the address of o= too.
func ParseSDP(body string) (origin netip.Addr, sections []Section, err error) {
	var d sdp.SessionDescription
	if err := d.UnmarshalString(body); err != nil {
		return origin, nil, fmt.Errorf("sdp %q: %w", body, err)
	}
	if origin, err = netip.ParseAddr(d.Origin.UnicastAddress); err != nil {
		return origin, nil, fmt.Errorf("o=: %w", err)
	}
	for i, m := range d.MediaDescriptions {
		s, err := section(&d, m)
		if err != nil {
			return origin, nil, fmt.Errorf("section %d of %q: %w", i, body, err)
		}
		sections = append(sections, s)
	}
	return origin, sections, nil
}

func section(d *sdp.SessionDescription, m *sdp.MediaDescription) (Section, error) {
	s := Section{
		Kind:      m.MediaName.Media,
		Proto:     strings.Join(m.MediaName.Protos, "/"),
		Formats:   m.MediaName.Formats,
		Direction: "sendrecv",
	}
	port := m.MediaName.Port.Value
	if port == 0 {
		return s, nil
	}
	c := m.ConnectionInformation
	if c == nil {
		c = d.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return s, fmt.Errorf("no c= line")
	}
	ip, err := netip.ParseAddr(c.Address.Address)
	if err != nil {
		return s, fmt.Errorf("c=: %w", err)
	}
	s.RTP = netip.AddrPortFrom(ip, uint16(port))
	s.RTCP = netip.AddrPortFrom(ip, uint16(port+1))
	for _, a := range m.Attributes {
		switch a.Key {
		case "sendrecv", "sendonly", "recvonly", "inactive":
			s.Direction = a.Key
		case "rtcp-mux":
			s.Mux = true
		case "rtcp":
			fields := strings.Fields(a.Value)
			rtcp, err := strconv.ParseUint(fields[0], 10, 16)
			if err != nil {
				return s, fmt.Errorf("a=rtcp: %w", err)
			}
			if len(fields) == 4 {
				if ip, err = netip.ParseAddr(fields[3]); err != nil {
					return s, fmt.Errorf("a=rtcp: %w", err)
				}
			}
			s.RTCP = netip.AddrPortFrom(ip, uint16(rtcp))
		}
	}
	return s, nil
}
