package lab

import (
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Sniffed is a UDP datagram seen on an interface.
type Sniffed struct {
	SourcePort, DestinationPort int
	// Payload is only valid during the call.
	Payload []byte
	// Outgoing packets were sent by the namespace itself.
	Outgoing bool
}

// Sniff shows a function every unfragmented IPv4 UDP datagram on an interface
// that comes from or goes to a port, until the returned Closer is closed.
func Sniff(ns *Netns, dev string, port int, see func(Sniffed)) (io.Closer, error) {
	var file *os.File
	err := ns.Do(func() error {
		// Protocol 0 receives nothing until the socket is bound to the interface.
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			return err
		}
		file = os.NewFile(uintptr(fd), "sniffer")
		i, err := net.InterfaceByName(dev)
		if err != nil {
			return err
		}
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20); err != nil {
			return err
		}
		return unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: i.Index})
	})
	if err != nil {
		if file != nil {
			file.Close()
		}
		return nil, fmt.Errorf("sniff %s on %s: %w", dev, ns.Name, err)
	}
	go sniff(file, port, see)
	return file, nil
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

func sniff(file *os.File, port int, see func(Sniffed)) {
	raw, err := file.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 1<<17)
	for {
		var n int
		var from unix.Sockaddr
		var failed error
		if raw.Read(func(fd uintptr) bool {
			n, from, failed = unix.Recvfrom(int(fd), buf, 0)
			return failed != unix.EAGAIN
		}) != nil || failed != nil && failed != unix.EINTR {
			return
		}
		link, ok := from.(*unix.SockaddrLinklayer)
		if !ok {
			continue
		}
		p, ok := udp(buf[:n])
		if !ok || p.SourcePort != port && p.DestinationPort != port {
			continue
		}
		p.Outgoing = link.Pkttype == unix.PACKET_OUTGOING
		see(p)
	}
}

// udp takes an IPv4 packet apart.
func udp(packet []byte) (p Sniffed, ok bool) {
	if len(packet) < 20 || packet[0]>>4 != 4 || packet[9] != unix.IPPROTO_UDP {
		return p, false
	}
	header := int(packet[0]&15) * 4
	if len(packet) < header+8 {
		return p, false
	}
	u := packet[header:]
	p.SourcePort, p.DestinationPort = int(u[0])<<8|int(u[1]), int(u[2])<<8|int(u[3])
	p.Payload = u[8:]
	return p, true
}
