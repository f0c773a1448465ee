package doctor

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// besidesMedia is how many descriptors the daemon needs besides media ports:
// NG sockets, logs, epoll, BPF objects.
const besidesMedia = 128

// wantedReadBuffer is the receive buffer that rides out a burst: at 200,000
// packets a second it holds some 20 ms of small packets.
const wantedReadBuffer = 4 << 20

func addresses(host Host, subject Subject) []Finding {
	var findings []Finding
	for _, address := range subject.Addresses {
		finding := Finding{Check: "address " + address.String()}
		switch err := host.Bind(netip.AddrPortFrom(address, 0)); {
		case err == nil:
			finding.Found = "present"
		case errors.Is(err, syscall.EADDRNOTAVAIL):
			finding.Level = Fail
			finding.Found = "not on this machine"
			finding.Because = "no media port can be opened on it"
			finding.Mend = fmt.Sprintf("ip address add %s dev DEVICE", netip.PrefixFrom(address, address.BitLen()))
		default:
			finding.Level = Fail
			finding.Found = err.Error()
		}
		findings = append(findings, finding)
	}
	return findings
}

func listeners(host Host, subject Subject) []Finding {
	var findings []Finding
	for _, address := range subject.Listen {
		finding := Finding{Check: "NG port " + address.String()}
		err := host.Bind(address)
		switch {
		case err == nil:
			finding.Found = "free; no daemon listens here"
		case subject.Running:
			finding.Found = "the daemon answers"
		case errors.Is(err, syscall.EADDRINUSE):
			finding.Level = Fail
			finding.Found = "taken by a program that doesn't answer to ping"
			finding.Because = "the daemon can't listen there"
			finding.Mend = fmt.Sprintf("ss -ulnp 'sport = :%d'", address.Port())
		default:
			finding.Level = Fail
			finding.Found = err.Error()
		}
		findings = append(findings, finding)
	}
	return findings
}

func descriptors(host Host, subject Subject) Finding {
	finding := Finding{Check: "descriptor limit"}
	_, hard, err := host.Descriptors()
	if err != nil {
		finding.Found = err.Error()
		return finding
	}
	// The soft limit doesn't matter: a Go program raises it to the hard one.
	ports := uint64(subject.PortMax) - uint64(subject.PortMin) + 1
	need := ports*uint64(max(1, len(subject.Addresses))) + besidesMedia
	if hard >= need {
		finding.Found = fmt.Sprintf("%d, enough for every port of %d addresses", hard, len(subject.Addresses))
		return finding
	}
	finding.Level = Warn
	finding.Found = fmt.Sprintf("%d for this process, %d would open every media port", hard, need)
	finding.Because = fmt.Sprintf("calls fail beyond about %d media ports where the engine needs a socket for each", hard-min(hard, besidesMedia))
	finding.Mend = fmt.Sprintf("ulimit -n %d (the systemd unit sets LimitNOFILE itself)", need)
	return finding
}

func socketBuffers(host Host) Finding {
	finding := Finding{Check: "socket buffers"}
	numbers, err := host.numbers("sys/net/core/rmem_max")
	if err != nil || len(numbers) != 1 {
		finding.Found = "net.core.rmem_max can't be read"
		return finding
	}
	finding.Found = fmt.Sprintf("net.core.rmem_max is %d", numbers[0])
	if numbers[0] < wantedReadBuffer {
		finding.Level = Warn
		finding.Because = "bursts of packets are lost while the daemon waits for the processor"
		finding.Mend = fmt.Sprintf("echo net.core.rmem_max=%d > /etc/sysctl.d/61-rtpgo.conf && sysctl -p /etc/sysctl.d/61-rtpgo.conf", wantedReadBuffer)
	}
	return finding
}
