package userspace

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrRangeClaimed says that another process (or engine) already serves ports of
// a range. Two of them would take each other's packets.
var ErrRangeClaimed = errors.New("port range is served by another process")

// A claim is a Unix socket in the abstract name space, which belongs to the
// network namespace like the ports, and is gone when its process is.
const claimPrefix = "rtpgo/media/"

// claimRanges claims ranges; the claims hold until the sockets are closed.
func claimRanges(ranges []PortRange) (sockets []int, err error) {
	defer func() {
		if err != nil {
			for _, fd := range sockets {
				_ = unix.Close(fd)
			}
			sockets = nil
		}
	}()
	own := make(map[uint64]bool)
	for _, r := range ranges {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return sockets, fmt.Errorf("claim %s: %w", r, err)
		}
		sockets = append(sockets, fd)
		err = unix.Bind(fd, &unix.SockaddrUnix{Name: "@" + claimName(r)})
		if errors.Is(err, unix.EADDRINUSE) {
			return sockets, fmt.Errorf("%s: %w", r, ErrRangeClaimed)
		}
		if err != nil {
			return sockets, fmt.Errorf("claim %s: %w", r, err)
		}
		var st unix.Stat_t
		if err = unix.Fstat(fd, &st); err != nil {
			return sockets, fmt.Errorf("claim %s: %w", r, err)
		}
		own[st.Ino] = true
	}
	if len(ranges) == 0 {
		return nil, nil
	}
	list, err := os.ReadFile("/proc/thread-self/net/unix")
	if err != nil {
		return sockets, fmt.Errorf("look for other claims: %w", err)
	}
	for _, c := range parseClaims(string(list)) {
		for _, r := range ranges {
			// Of two that start at once the older one wins.
			if !own[c.inode] && c.overlaps(r) && older(c.inode, own) {
				return sockets, fmt.Errorf("%s (has %s): %w", r, c.PortRange, ErrRangeClaimed)
			}
		}
	}
	return sockets, nil
}

func older(inode uint64, own map[uint64]bool) bool {
	for i := range own {
		if inode > i {
			return false
		}
	}
	return true
}

func claimName(r PortRange) string {
	return fmt.Sprintf("%s%s/%d-%d", claimPrefix, r.Addr.Unmap(), r.First, r.Last)
}

type claim struct {
	PortRange
	inode uint64
}

// parseClaims reads /proc/net/unix: Num RefCount Protocol Flags Type St Inode
// Path.
func parseClaims(list string) []claim {
	var claims []claim
	for line := range strings.Lines(list) {
		f := strings.Fields(line)
		if len(f) != 8 {
			continue
		}
		name, ok := strings.CutPrefix(f[7], "@"+claimPrefix)
		if !ok {
			continue
		}
		addr, ports, _ := strings.Cut(name, "/")
		first, last, _ := strings.Cut(ports, "-")
		a, err1 := netip.ParseAddr(addr)
		lo, err2 := strconv.ParseUint(first, 10, 16)
		hi, err3 := strconv.ParseUint(last, 10, 16)
		inode, err4 := strconv.ParseUint(f[6], 10, 64)
		if errors.Join(err1, err2, err3, err4) == nil {
			claims = append(claims, claim{PortRange{a, uint16(lo), uint16(hi)}, inode})
		}
	}
	return claims
}
