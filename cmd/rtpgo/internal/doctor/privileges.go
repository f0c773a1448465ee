package doctor

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// capability numbers of linux/capability.h.
var wantedCapabilities = []struct {
	bit  uint
	name string
}{
	{12, "cap_net_admin"},
	{13, "cap_net_raw"},
	{39, "cap_bpf"},
}

// GrantCapabilities is the command that gives the binary what the faster
// engines need.
const GrantCapabilities = "setcap cap_net_admin,cap_net_raw,cap_bpf+ep /usr/bin/rtpgo (the systemd unit gives them to the service)"

// sysAdmin stands for cap_bpf on kernels before 5.8.
const sysAdmin = 21

func capabilities(host Host) Finding {
	finding := Finding{Check: "capabilities"}
	effective, err := effectiveCapabilities(host)
	if err != nil {
		finding.Found = err.Error()
		return finding
	}
	var have, missing []string
	for _, c := range wantedCapabilities {
		holds := effective&(1<<c.bit) != 0
		if c.bit > 32 && effective&(1<<sysAdmin) != 0 {
			holds = true
		}
		if holds {
			have = append(have, c.name)
		} else {
			missing = append(missing, c.name)
		}
	}
	if len(missing) == 0 {
		finding.Found = strings.Join(have, " ")
		return finding
	}
	finding.Level = Warn
	finding.Found = "this process lacks " + strings.Join(missing, " ")
	finding.Because = "the faster packet engines need them"
	finding.Mend = GrantCapabilities
	return finding
}

func effectiveCapabilities(host Host) (uint64, error) {
	text, err := fs.ReadFile(host.Proc, "self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "CapEff:"); ok {
			return strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		}
	}
	return 0, fmt.Errorf("/proc/self/status names no capabilities")
}

// engines names the engine that will run and why none of the better ones does.
func engines(subject Subject) []Finding {
	var findings []Finding
	for _, engine := range subject.Engines {
		finding := Finding{Check: "engine " + engine.Name}
		if engine.Obstacle == nil {
			finding.Found = "possible"
			if engine.Detail != "" {
				finding.Found += ": " + engine.Detail
			}
			return append(findings, finding)
		}
		finding.Level = Warn
		finding.Found = engine.Obstacle.Error()
		finding.Because = "packets cost more processor time than they need to"
		finding.Mend = engine.Mend
		findings = append(findings, finding)
	}
	if len(subject.Engines) > 0 {
		findings = append(findings, Finding{
			Check: "engine", Level: Fail, Found: "none can run here",
			Because: "no media can be relayed",
		})
	}
	return findings
}
