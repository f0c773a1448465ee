package config

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// HostWarnings returns what of the host goes ill with a configuration, one
// sentence each with what mends it. addresses is the number of local addresses
// with media ports.
func HostWarnings(c *Config, addresses int) []string {
	var list []string
	ephemeral, errRange := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	reserved, errReserved := os.ReadFile("/proc/sys/net/ipv4/ip_local_reserved_ports")
	if errRange == nil && errReserved == nil {
		if text := PortRangeWarning(c.PortMin, c.PortMax, string(ephemeral), string(reserved)); text != "" {
			list = append(list, text)
		}
	}
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		// Go raises the soft limit to the hard one at start.
		if text := DescriptorWarning(c, addresses, limit.Max); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// PortRangeWarning returns a warning where other programs of the host may be
// given ports of the media range: where it overlaps the range of
// net.ipv4.ip_local_port_range (its text, two numbers) and isn't kept free by
// net.ipv4.ip_local_reserved_ports (its text, "a-b,c"). "" where all is well.
func PortRangeWarning(first, last uint16, ephemeral, reserved string) string {
	var lo, hi int
	if n, err := fmt.Sscan(ephemeral, &lo, &hi); n != 2 || err != nil {
		return ""
	}
	from, to := max(int(first), lo), min(int(last), hi)
	kept := portSet(reserved)
	for port := from; port <= to; port++ {
		if !kept[uint16(port)] {
			return fmt.Sprintf("media ports %d-%d overlap the ports %d-%d that the host gives to other programs, which may hold one when a call needs it: "+
				"sysctl -w net.ipv4.ip_local_reserved_ports=%s", first, last, lo, hi, addRange(reserved, first, last))
		}
	}
	return ""
}

func addRange(reserved string, first, last uint16) string {
	text := fmt.Sprintf("%d-%d", first, last)
	if reserved = strings.TrimSpace(reserved); reserved != "" {
		text = reserved + "," + text
	}
	return text
}

// portSet reads "a-b,c"; what makes no sense is skipped.
func portSet(text string) map[uint16]bool {
	set := map[uint16]bool{}
	for part := range strings.SplitSeq(strings.TrimSpace(text), ",") {
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			to = from
		}
		a, err1 := strconv.ParseUint(from, 10, 16)
		b, err2 := strconv.ParseUint(to, 10, 16)
		if err1 != nil || err2 != nil {
			continue
		}
		for p := a; p <= b; p++ {
			set[uint16(p)] = true
		}
	}
	return set
}

// otherDescriptors is what the daemon needs besides media ports.
const otherDescriptors = 256

// DescriptorWarning returns a warning where the limit of open files
// (RLIMIT_NOFILE) is lower than what every media port on that many addresses
// takes with the engine "sockets", one descriptor each. "" where it suffices,
// or where the engine asked for is another.
func DescriptorWarning(c *Config, addresses int, limit uint64) string {
	if c.Engine != EngineSockets && c.Engine != EngineAuto || addresses <= 0 {
		return ""
	}
	need := uint64(addresses)*uint64(int(c.PortMax)-int(c.PortMin)+1) + otherDescriptors
	if limit >= need {
		return ""
	}
	with := ""
	if c.Engine == EngineAuto {
		with = " if the engine is sockets"
	}
	return fmt.Sprintf("the limit of %d open files is too low for all %d media ports%s: LimitNOFILE=%d in the unit, or ulimit -n %d",
		limit, need-otherDescriptors, with, need, need)
}
