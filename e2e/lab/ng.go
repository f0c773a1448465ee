package lab

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// NG is a client of the relay's control protocol, with JSON bodies.
type NG struct {
	mu     sync.Mutex
	conn   net.Conn
	cookie atomic.Uint64
}

func dialNG(ns *Netns, address string) (*NG, error) {
	n := &NG{}
	err := ns.Do(func() (err error) {
		n.conn, err = net.Dial("udp", address)
		return err
	})
	return n, err
}

// Close closes the client's socket.
func (n *NG) Close() error { return n.conn.Close() }

// Command sends a request and returns the reply, whatever its result.
func (n *NG) Command(request map[string]any) (map[string]any, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	cookie := fmt.Sprintf("lab%d ", n.cookie.Add(1))
	buf := make([]byte, 1<<18)
	for try := 0; try < 5; try++ {
		if _, err = n.conn.Write(append([]byte(cookie), body...)); err != nil {
			return nil, fmt.Errorf("ng %v: %w", request["command"], err)
		}
		_ = n.conn.SetReadDeadline(time.Now().Add(time.Second))
		for {
			var size int
			if size, err = n.conn.Read(buf); err != nil {
				break
			}
			rest, ours := strings.CutPrefix(string(buf[:size]), cookie)
			if !ours {
				continue
			}
			var reply map[string]any
			return reply, json.Unmarshal([]byte(rest), &reply)
		}
	}
	return nil, fmt.Errorf("ng %v: %w", request["command"], err)
}

func (n *NG) ping() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	cookie := fmt.Sprintf("lab%d ", n.cookie.Add(1))
	if _, err := n.conn.Write([]byte(cookie + `{"command":"ping"}`)); err != nil {
		return err
	}
	_ = n.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	buf := make([]byte, 2048)
	for {
		size, err := n.conn.Read(buf)
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(buf[:size]), cookie) {
			return nil
		}
	}
}

// Calls lists the call-ids that the relay knows.
func (n *NG) Calls() ([]string, error) {
	reply, err := n.Command(map[string]any{"command": "list", "limit": 10000})
	if err != nil {
		return nil, err
	}
	list, ok := reply["calls"].([]any)
	if !ok {
		return nil, fmt.Errorf("list: no calls in %v", reply)
	}
	calls := make([]string, 0, len(list))
	for _, c := range list {
		calls = append(calls, fmt.Sprint(c))
	}
	return calls, nil
}

// PortsTaken adds up the ports that the relay says are in use on all its
// interfaces: the engines that steer packets without a socket for each port
// show them nowhere else.
func (n *NG) PortsTaken() (int, error) {
	reply, err := n.Command(map[string]any{"command": "statistics"})
	if err != nil {
		return 0, err
	}
	var s struct {
		Statistics struct {
			Interfaces []struct {
				Ports struct{ Used int }
			}
		}
	}
	text, err := json.Marshal(reply)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil && len(s.Statistics.Interfaces) == 0 {
		err = fmt.Errorf("statistics: no interfaces in %s", text)
	}
	used := 0
	for _, i := range s.Statistics.Interfaces {
		used += i.Ports.Used
	}
	return used, err
}
