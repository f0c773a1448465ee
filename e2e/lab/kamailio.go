package lab

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// dispatcher is Kamailio's list of gateways: set 1 on the public side, set 2
// on the private one, tried in the order of their priority.
const dispatcher = `1 sip:203.0.113.11:5060 0 30
1 sip:203.0.113.12:5060 0 20
2 sip:192.0.2.11:5060 0 30
2 sip:192.0.2.12:5060 0 20
`

func (l *Lab) startKamailio() error {
	files := map[string][]byte{"kamailio.cfg": l.Config.KamailioConfig, "dispatcher.list": []byte(dispatcher)}
	for name, text := range files {
		if err := os.WriteFile(l.path(name), text, 0o644); err != nil {
			return err
		}
	}
	args := []string{
		"-DD", "-E", "-f", l.path("kamailio.cfg"), "-Y", l.Config.Dir, "-m", "64", "-M", "8",
		"-A", fmt.Sprintf("DISPATCHER_LIST=%q", l.path("dispatcher.list")),
		"-A", fmt.Sprintf("RPC_SOCKET=%q", l.path("rpc.sock")),
	}
	if l.Config.TwoDirections {
		args = append(args, "-A", "TWO_DIRECTIONS")
	}
	if l.Config.WebSocket {
		args = append(args, "-A", "WEBSOCKET")
	}
	p, err := l.SBC.Start(l.Config.Dir, "kamailio", "kamailio", args...)
	if err != nil {
		return err
	}
	l.Kamailio = p
	l.onClose(p.Stop)
	return Eventually(20*time.Second, func() error {
		if ended, err := p.Exited(); ended {
			return Fatal(fmt.Errorf("kamailio ended at start: %v\n%s", err, p.LogTail(20)))
		}
		_, err := l.RPC("core.uptime")
		return err
	})
}

// RPC runs one of Kamailio's commands.
func (l *Lab) RPC(method string, params ...any) (any, error) {
	own, err := os.CreateTemp(l.Config.Dir, "rpc-client-")
	if err != nil {
		return nil, err
	}
	own.Close()
	os.Remove(own.Name())
	defer os.Remove(own.Name())
	c, err := net.DialUnix("unixgram",
		&net.UnixAddr{Name: own.Name(), Net: "unixgram"},
		&net.UnixAddr{Name: l.path("rpc.sock"), Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if params == nil {
		params = []any{}
	}
	request, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	buf := make([]byte, 1<<16)
	n, err := c.Read(buf)
	if err != nil {
		return nil, fmt.Errorf("kamailio %s: %w", method, err)
	}
	var reply struct {
		Result any `json:"result"`
		Error  any `json:"error"`
	}
	if err := json.Unmarshal(buf[:n], &reply); err != nil {
		return nil, fmt.Errorf("kamailio %s: %w", method, err)
	}
	if reply.Error != nil {
		return nil, fmt.Errorf("kamailio %s: %v", method, reply.Error)
	}
	return reply.Result, nil
}

// HashTotal is the number of calls that Kamailio's rtpengine module still
// remembers; 0 when every delete was answered with ok.
func (l *Lab) HashTotal() (string, error) {
	r, err := l.RPC("rtpengine.get_hash_total")
	return strings.Trim(fmt.Sprint(r), "[]"), err
}
