package userspace

import (
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// A raw socket with its own IP header refuses packets over the MTU (EMSGSIZE).
// They are rare: they are cut into fragments here, of a size that every IPv6
// path carries (RFC 8200 section 5), then of one that every IPv4 path of
// practical use does.

const (
	ipv6FragmentHeader = 8
	ipv6MinimumMTU     = 1280
	ipv4SmallMTU       = 576
	moreFragments      = 0x2000
)

var fragmentID atomic.Uint32

func init() { fragmentID.Store(rand.Uint32()) }

// fragments cuts a packet with its IP and UDP headers into fragments of at most
// mtu octets.
func fragments(packet []byte, mtu int) [][]byte {
	id := fragmentID.Add(1)
	if packet[0]>>4 == 6 {
		return fragmentsIPv6(packet, mtu, id)
	}
	const header = 20
	piece := (mtu - header) &^ 7
	var list [][]byte
	for at := header; at < len(packet); at += piece {
		end := min(at+piece, len(packet))
		f := append(append(make([]byte, 0, header+end-at), packet[:header]...), packet[at:end]...)
		offset := uint16((at - header) / 8)
		if end < len(packet) {
			offset |= moreFragments
		}
		binary.BigEndian.PutUint16(f[2:], uint16(len(f)))
		binary.BigEndian.PutUint16(f[4:], uint16(id%0xffff)+1) // 0 would be replaced
		binary.BigEndian.PutUint16(f[6:], offset)
		list = append(list, f)
	}
	return list
}

// fragmentsIPv6 puts a fragment header (RFC 8200 section 4.5) into each.
func fragmentsIPv6(packet []byte, mtu int, id uint32) [][]byte {
	const header = 40
	piece := (mtu - header - ipv6FragmentHeader) &^ 7
	var list [][]byte
	for at := header; at < len(packet); at += piece {
		end := min(at+piece, len(packet))
		f := make([]byte, header+ipv6FragmentHeader, header+ipv6FragmentHeader+end-at)
		copy(f, packet[:header])
		f[6] = unix.IPPROTO_FRAGMENT
		f[header] = packet[6]
		offset := uint16(at - header)
		if end < len(packet) {
			offset |= 1
		}
		binary.BigEndian.PutUint16(f[header+2:], offset)
		binary.BigEndian.PutUint32(f[header+4:], id)
		f = append(f, packet[at:end]...)
		binary.BigEndian.PutUint16(f[4:], uint16(len(f)-header))
		list = append(list, f)
	}
	return list
}

// sendFragments sends a packet in pieces; name and control are those of the
// whole.
func sendFragments(fd int, packet []byte, name unix.Sockaddr, control []byte) error {
	err := error(unix.EMSGSIZE)
	for _, mtu := range []int{ipv6MinimumMTU, ipv4SmallMTU} {
		if mtu < ipv6MinimumMTU && packet[0]>>4 == 6 {
			break
		}
		for _, f := range fragments(packet, mtu) {
			if _, err = unix.SendmsgN(fd, f, control, name, unix.MSG_DONTWAIT); err != nil {
				break
			}
		}
		if err != unix.EMSGSIZE {
			break
		}
	}
	return err
}

// fragment sends message i in pieces.
func (s *sender) fragment(i int) bool {
	h := ipv4Header
	if s.ipv6 {
		h = ipv6Header
	}
	packet := append([]byte(nil), s.headers[i*headerSize:i*headerSize+h]...)
	packet = append(packet, s.packets[i].payload...)
	n := uintptr(i * sendControls)
	err := sendFragments(s.fd, packet, rawDestination(packet, s.names[i*nameSize:]), s.controls[n:n+s.messages[i].controlLen])
	if err != nil {
		return false
	}
	s.counters.fragmented.Add(1)
	return true
}

// rawDestination is where a packet with its headers goes.
func rawDestination(packet, name []byte) unix.Sockaddr {
	if packet[0]>>4 == 4 {
		return &unix.SockaddrInet4{Addr: [4]byte(packet[16:20])}
	}
	return &unix.SockaddrInet6{Addr: [16]byte(packet[24:40]), Port: unix.IPPROTO_UDP, ZoneId: binary.NativeEndian.Uint32(name[24:])}
}
