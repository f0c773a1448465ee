package dtls

import (
	"fmt"
	"strings"
	"time"

	pion "github.com/pion/dtls/v3"
)

// Defaults of AgentConfig.
const (
	DefaultMaxHandshakes = 512
	DefaultTimeout       = 30 * time.Second
	DefaultMTU           = 1200
	DefaultFlight        = 500 * time.Millisecond
)

// AgentConfig is what all associations share. The zero value is usable.
type AgentConfig struct {
	// MaxHandshakes bounds those in work at once. A ClientHello beyond it is
	// dropped (the client repeats it), a handshake of our own waits.
	MaxHandshakes int
	// Timeout bounds one handshake.
	Timeout time.Duration
	// Flight is the time to the first retransmission, which doubles every time
	// (RFC 6347 section 4.2.4.1).
	Flight time.Duration
	// MTU is the greatest size of a record with handshake messages, in octets.
	MTU int
	// Ciphers are the suites allowed, as OpenSSL names them; empty for all.
	Ciphers []string
}

// Agent holds what all associations of a process share.
type Agent struct {
	cfg   AgentConfig
	suite []pion.CipherSuiteID
	slots chan struct{}
}

// NewAgent makes an agent. The error names ciphers that aren't known.
func NewAgent(cfg AgentConfig) (*Agent, error) {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&cfg.MaxHandshakes, DefaultMaxHandshakes)
	def(&cfg.MTU, DefaultMTU)
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Flight <= 0 {
		cfg.Flight = DefaultFlight
	}
	a := &Agent{cfg: cfg, slots: make(chan struct{}, cfg.MaxHandshakes)}
	for _, name := range cfg.Ciphers {
		id, ok := ciphers[strings.ToUpper(name)]
		if !ok {
			return nil, fmt.Errorf("DTLS cipher %q isn't known", name)
		}
		a.suite = append(a.suite, id)
	}
	return a, nil
}

// Running is the number of handshakes in work.
func (a *Agent) Running() int { return len(a.slots) }

func (a *Agent) tryAcquire() bool {
	select {
	case a.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

func (a *Agent) release() { <-a.slots }

// ciphers are the suites by OpenSSL's names (openssl-ciphers(1)).
var ciphers = map[string]pion.CipherSuiteID{
	"ECDHE-ECDSA-AES128-GCM-SHA256": pion.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	"ECDHE-RSA-AES128-GCM-SHA256":   pion.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	"ECDHE-ECDSA-AES256-GCM-SHA384": pion.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	"ECDHE-RSA-AES256-GCM-SHA384":   pion.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	"ECDHE-ECDSA-AES256-SHA":        pion.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	"ECDHE-RSA-AES256-SHA":          pion.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	"ECDHE-ECDSA-AES128-CCM":        pion.TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
	"ECDHE-ECDSA-AES128-CCM8":       pion.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
	"ECDHE-ECDSA-CHACHA20-POLY1305": pion.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	"ECDHE-RSA-CHACHA20-POLY1305":   pion.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}
