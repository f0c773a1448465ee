package lab

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/jackpal/bencode-go"
	"golang.org/x/sys/unix"
)

// Exchange is one NG request of Kamailio with the reply it got.
type Exchange struct {
	At      time.Time
	Cookie  string
	Request map[string]any
	// Reply is nil while there is none.
	Reply map[string]any
	// Asked and Answered count the datagrams, to show retransmissions.
	Asked, Answered int
	// Changed is set when a repeated reply differs from the first one.
	Changed bool

	first []byte
}

// Command is the request's command.
func (e *Exchange) Command() string { return text(e.Request, "command") }

// CallID is the request's call-id.
func (e *Exchange) CallID() string { return text(e.Request, "call-id") }

func text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

// Tap records the bencoded NG messages on the host's loopback interface
// without standing in their way.
type Tap struct {
	mu        sync.Mutex
	exchanges []*Exchange
	byCookie  map[string]*Exchange
	file      *os.File
	port      int
}

func openTap(ns *Netns, port int) (*Tap, error) {
	t := &Tap{port: port, byCookie: map[string]*Exchange{}}
	err := ns.Do(func() error {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			return err
		}
		lo, err := net.InterfaceByName("lo")
		if err == nil {
			// Best effort: under load the kernel drops what doesn't fit.
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20)
			// Only now the protocol, or other interfaces' packets would be queued.
			err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_IP), Ifindex: lo.Index})
		}
		t.file = os.NewFile(uintptr(fd), "tap")
		return err
	})
	if err != nil {
		if t.file != nil {
			t.file.Close()
		}
		return nil, fmt.Errorf("tap: %w", err)
	}
	go t.read()
	return t, nil
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

// Close ends the recording.
func (t *Tap) Close() error { return t.file.Close() }

// Exchanges returns copies of what was said about a call-id, in the order of
// the requests, or of everything for an empty call-id.
func (t *Tap) Exchanges(callID string) []Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []Exchange
	for _, e := range t.exchanges {
		if callID == "" || e.CallID() == callID {
			found = append(found, *e)
		}
	}
	return found
}

// Forget drops what was recorded.
func (t *Tap) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exchanges, t.byCookie = nil, map[string]*Exchange{}
}

func (t *Tap) read() {
	raw, err := t.file.SyscallConn()
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
		// The loopback interface shows every packet twice.
		if link, ok := from.(*unix.SockaddrLinklayer); !ok || link.Pkttype == unix.PACKET_OUTGOING {
			continue
		}
		src, dst, payload, ok := udp(buf[:n])
		if ok && (src == t.port || dst == t.port) {
			t.record(src == t.port, payload)
		}
	}
}

// udp takes an unfragmented IPv4 packet apart.
func udp(packet []byte) (src, dst int, payload []byte, ok bool) {
	if len(packet) < 20 || packet[0]>>4 != 4 || packet[9] != unix.IPPROTO_UDP {
		return 0, 0, nil, false
	}
	header := int(packet[0]&15) * 4
	if len(packet) < header+8 {
		return 0, 0, nil, false
	}
	u := packet[header:]
	return int(u[0])<<8 | int(u[1]), int(u[2])<<8 | int(u[3]), u[8:], true
}

func (t *Tap) record(reply bool, datagram []byte) {
	cookie, body, ok := bytes.Cut(datagram, []byte(" "))
	if !ok || len(body) == 0 || body[0] != 'd' {
		return
	}
	value, err := bencode.Decode(bytes.NewReader(body))
	dict, isDict := value.(map[string]any)
	if err != nil || !isDict {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.byCookie[string(cookie)]
	switch {
	case e == nil && !reply:
		e = &Exchange{At: time.Now(), Cookie: string(cookie), Request: dict, Asked: 1}
		t.byCookie[e.Cookie] = e
		t.exchanges = append(t.exchanges, e)
	case e == nil:
		// Begun before the recording.
	case !reply:
		e.Asked++
	case e.Reply == nil:
		e.Reply, e.Answered, e.first = dict, 1, bytes.Clone(body)
	default:
		e.Answered++
		e.Changed = e.Changed || !bytes.Equal(e.first, body)
	}
}
