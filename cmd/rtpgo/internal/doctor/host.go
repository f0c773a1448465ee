package doctor

import (
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Host is what the checks ask of the machine.
type Host struct {
	// Proc is the file system /proc.
	Proc fs.FS
	// Bind tries to take a UDP port of an address; port 0 takes any.
	Bind func(netip.AddrPort) error
	// Descriptors is the limit of open descriptors, soft and hard.
	Descriptors func() (soft, hard uint64, err error)
}

// ThisHost is the machine that the process runs on.
func ThisHost() Host {
	return Host{
		Proc: os.DirFS("/proc"),
		Bind: func(address netip.AddrPort) error {
			conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
			if err != nil {
				return err
			}
			return conn.Close()
		},
		Descriptors: func() (uint64, uint64, error) {
			var limit syscall.Rlimit
			err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
			return limit.Cur, limit.Max, err
		},
	}
}

// numbers reads a file of /proc that holds numbers between blanks.
func (h Host) numbers(path string) ([]uint64, error) {
	text, err := fs.ReadFile(h.Proc, path)
	if err != nil {
		return nil, err
	}
	var list []uint64
	for _, field := range strings.Fields(string(text)) {
		n, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("/proc/%s: %w", path, err)
		}
		list = append(list, n)
	}
	return list, nil
}
