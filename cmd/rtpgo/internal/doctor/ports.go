package doctor

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// span is a range of ports, both ends included.
type span struct{ first, last uint64 }

func (s span) String() string { return fmt.Sprintf("%d-%d", s.first, s.last) }

// overlap is the part that both ranges have; ok tells whether there is one.
func (s span) overlap(other span) (both span, ok bool) {
	both = span{max(s.first, other.first), min(s.last, other.last)}
	return both, both.first <= both.last
}

// portRange checks that the kernel doesn't hand out media ports to other
// programs' outgoing connections (ip(7), ip_local_port_range).
func portRange(host Host, subject Subject) []Finding {
	media := span{uint64(subject.PortMin), uint64(subject.PortMax)}
	finding := Finding{Check: "media port range"}
	numbers, err := host.numbers("sys/net/ipv4/ip_local_port_range")
	if err != nil || len(numbers) != 2 {
		finding.Found = "net.ipv4.ip_local_port_range can't be read"
		return []Finding{finding}
	}
	local := span{numbers[0], numbers[1]}
	both, overlaps := media.overlap(local)
	if !overlaps {
		finding.Found = fmt.Sprintf("%v is outside of ip_local_port_range %v", media, local)
		return []Finding{finding}
	}
	reserved := reservedPorts(host)
	if covered(both, reserved) {
		finding.Found = fmt.Sprintf("%v overlaps ip_local_port_range %v, but is reserved", media, local)
		return []Finding{finding}
	}
	finding.Level = Warn
	finding.Found = fmt.Sprintf("%v overlaps ip_local_port_range %v", media, local)
	finding.Because = "other programs' outgoing connections take media ports"
	list := both.String()
	for _, r := range reserved {
		list += "," + r.String()
	}
	finding.Mend = fmt.Sprintf("echo net.ipv4.ip_local_reserved_ports=%s > /etc/sysctl.d/60-rtpgo.conf && sysctl -p /etc/sysctl.d/60-rtpgo.conf", list)
	return []Finding{finding}
}

// reservedPorts reads net.ipv4.ip_local_reserved_ports, such as "80,30000-40000".
func reservedPorts(host Host) []span {
	text, err := fs.ReadFile(host.Proc, "sys/net/ipv4/ip_local_reserved_ports")
	if err != nil {
		return nil
	}
	var list []span
	for part := range strings.SplitSeq(strings.TrimSpace(string(text)), ",") {
		low, high, ok := strings.Cut(part, "-")
		if !ok {
			high = low
		}
		first, err1 := strconv.ParseUint(low, 10, 16)
		last, err2 := strconv.ParseUint(high, 10, 16)
		if err1 == nil && err2 == nil {
			list = append(list, span{first, last})
		}
	}
	return list
}

// covered tells whether one of the spans, which the kernel prints merged,
// holds all of want.
func covered(want span, list []span) bool {
	for _, s := range list {
		if s.first <= want.first && want.last <= s.last {
			return true
		}
	}
	return false
}
