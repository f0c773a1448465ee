// Package doctor examines the host that a daemon runs on, or shall run on:
// what would keep it from working or from working well, and the command that
// mends it.
package doctor

import "net/netip"

// Level of a finding.
type Level uint8

const (
	OK   Level = iota
	Warn       // it works, but not as well as it could, or not for all calls
	Fail       // the daemon won't start, or calls will fail
)

func (l Level) String() string {
	return [...]string{"ok", "warning", "FAIL"}[l]
}

// MarshalText is String, for JSON.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Finding is the outcome of one check.
type Finding struct {
	Check string `json:"check"`
	Level Level  `json:"level"`
	Found string `json:"found"`
	// Mend is a command that mends it, "" where nothing needs mending.
	Mend string `json:"mend,omitempty"`
	// Because says what happens otherwise.
	Because string `json:"because,omitempty"`
}

// Subject is what the daemon is configured to use.
type Subject struct {
	// Addresses are the local addresses of the logical interfaces.
	Addresses []netip.Addr
	// PortMin and PortMax bound the media ports of each address.
	PortMin, PortMax uint16
	// Listen are the addresses of the NG servers.
	Listen []netip.AddrPort
	// Running says that a daemon answers at Listen already.
	Running bool
	// SocketPerPort says that the engine opens a socket for each media port.
	SocketPerPort bool
	// Engines are the packet engines, the best one first.
	Engines []Engine
}

// Engine is one packet engine and whether it can run here.
type Engine struct {
	Name string
	// Obstacle says why it can't; nil when it can.
	Obstacle error
	// Mend is the command that removes the obstacle, "" when none is known.
	Mend string
	// Detail says more about an engine that can run.
	Detail string
}

// Examine runs every check.
func Examine(host Host, subject Subject) []Finding {
	var findings []Finding
	findings = append(findings, addresses(host, subject)...)
	findings = append(findings, listeners(host, subject)...)
	findings = append(findings, portRange(host, subject)...)
	findings = append(findings, descriptors(host, subject))
	findings = append(findings, socketBuffers(host))
	findings = append(findings, capabilities(host))
	findings = append(findings, engines(subject)...)
	return findings
}

// AtStart runs the checks of what a daemon that starts depends on.
func AtStart(host Host, subject Subject) []Finding {
	findings := append(addresses(host, subject), portRange(host, subject)...)
	if subject.SocketPerPort {
		findings = append(findings, descriptors(host, subject))
	}
	return findings
}

// Worst is the highest level among the findings.
func Worst(findings []Finding) Level {
	worst := OK
	for _, f := range findings {
		worst = max(worst, f.Level)
	}
	return worst
}
