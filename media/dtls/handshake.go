package dtls

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	pion "github.com/pion/dtls/v3"

	"rtpgo/media/srtp"
)

// profiles are the SRTP protection profiles that we use, the best first.
var profiles = []pion.SRTPProtectionProfile{
	pion.SRTP_AEAD_AES_256_GCM, pion.SRTP_AEAD_AES_128_GCM,
	pion.SRTP_AES128_CM_HMAC_SHA1_80, pion.SRTP_AES128_CM_HMAC_SHA1_32,
}

// handshake is that with one source, and the connection that it leads to.
type handshake struct {
	of       *Association
	rank     Admission
	peer     netip.AddrPort // invalid for our own: it goes to the target
	begun    time.Time
	conn     *packetConn
	answered atomic.Bool // the peer has sent back its cookie
	finished int         // how often we have said Finished; of the library's goroutine

	// Guarded by Association.mu.
	via  Via
	leaf []byte // certificate of the peer
	keys *Keys
	// early is set when the keys were taken before the peer's Finished.
	early bool

	endOnce sync.Once
	lib     atomic.Pointer[pion.Conn]
	ended   chan struct{}
}

// newHandshake prepares a handshake; mu is held.
func (s *Association) newHandshake(via Via, src netip.AddrPort, rank Admission) *handshake {
	h := &handshake{of: s, rank: rank, peer: src, begun: time.Now(), via: via, ended: make(chan struct{})}
	h.conn = &packetConn{
		queue: make(chan []byte, queueDepth), closed: make(chan struct{}),
		sent: h.sent, target: h.target, peer: &net.UDPAddr{},
	}
	if src.IsValid() {
		h.conn.peer = net.UDPAddrFromAddrPort(src)
	}
	return h
}

// sent notices from our own flights how far the handshake has come: we say
// ServerHello only to who has returned the cookie.
func (h *handshake) sent(pkt []byte) {
	if r, ok := parseRecord(pkt); ok && r.message == helloServer {
		h.answered.Store(true)
	}
	if h.of.cfg.Role == Active && saysFinished(pkt) {
		if h.finished++; h.finished >= 2 {
			h.anticipate()
		}
	}
}

// anticipate takes the keys when our last flight is repeated because the
// server's doesn't come. A server that lost it on the way to us, and doesn't
// repeat it as RFC 6347 section 4.2.4 asks (browsers don't), sends media already
// and would do so in vain for the whole call. What the keys rest upon has been
// verified: the server signed its share of them with the certificate that
// signalling named. Its Finished would prove that nobody has touched what was
// offered and chosen; without it that is proved by the first packet of media
// that authenticates (compare RFC 7918).
func (h *handshake) anticipate() {
	if lib := h.lib.Load(); lib != nil {
		if k, err := h.export(lib); err == nil {
			h.of.anticipated(h, k)
		}
	}
}

func (h *handshake) target() (Via, netip.AddrPort) {
	if h.of.cfg.Role == Active {
		return h.of.cfg.Target()
	}
	h.of.mu.Lock()
	defer h.of.mu.Unlock()
	return h.via, h.peer
}

func (h *handshake) targetLocked() (Via, netip.AddrPort) {
	if h.of.cfg.Role == Active {
		return h.of.cfg.Target()
	}
	return h.via, h.peer
}

// run shakes hands, and stays with the connection until it ends. It gives the
// agent's slot back when the handshake is over. The error says why there was
// none.
func (h *handshake) run(ctx context.Context) error {
	lib, k, err := h.shake(ctx)
	h.of.agent.release()
	if err != nil {
		h.conn.Close()
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("%w after %s", ErrTimeout, h.of.agent.cfg.Timeout)
		}
		return err
	}
	h.of.completed(h, k)
	h.watch(lib)
	return nil
}

func (h *handshake) shake(ctx context.Context) (*pion.Conn, Keys, error) {
	lib, err := h.open()
	if err != nil {
		return nil, Keys{}, err
	}
	h.lib.Store(lib)
	select {
	case <-h.ended:
		return nil, Keys{}, ErrClosed
	default:
	}
	if err := lib.HandshakeContext(ctx); err != nil {
		return nil, Keys{}, err
	}
	k, err := h.export(lib)
	if err != nil {
		lib.Close()
		return nil, Keys{}, err
	}
	return lib, k, nil
}

// open makes the library's connection. Certificates are judged by their
// fingerprints alone.
func (h *handshake) open() (*pion.Conn, error) {
	a := h.of.agent
	shared := []pion.Option{
		pion.WithCertificates(h.of.cfg.Certificate.tls),
		pion.WithSRTPProtectionProfiles(profiles...),
		pion.WithInsecureSkipVerify(true),
		pion.WithVerifyPeerCertificate(h.verify),
		pion.WithMTU(a.cfg.MTU),
		pion.WithFlightInterval(a.cfg.Flight),
		pion.WithLoggerFactory(silence{}),
	}
	if len(a.suite) > 0 {
		shared = append(shared, pion.WithCipherSuites(a.suite...))
	}
	if h.of.cfg.Role == Active {
		var options []pion.ClientOption
		for _, o := range shared {
			options = append(options, o)
		}
		return pion.ClientWithOptions(h.conn, h.conn.peer, options...)
	}
	options := []pion.ServerOption{pion.WithClientAuth(pion.RequireAnyClientCert)}
	for _, o := range shared {
		options = append(options, o)
	}
	return pion.ServerWithOptions(h.conn, h.conn.peer, options...)
}

func (h *handshake) verify(raw [][]byte, _ [][]*x509.Certificate) error {
	if len(raw) == 0 {
		return ErrFingerprint
	}
	return h.of.certificate(h, append([]byte(nil), raw[0]...))
}

// export derives the keys of SRTP (RFC 5764 section 4.2).
func (h *handshake) export(lib *pion.Conn) (Keys, error) {
	profile, ok := lib.SelectedSRTPProtectionProfile()
	suite := srtp.SuiteByDTLS(uint16(profile))
	if !ok || suite == nil {
		return Keys{}, ErrProfile
	}
	state, ok := lib.ConnectionState()
	if !ok {
		return Keys{}, errors.New("no state of the connection")
	}
	material, err := state.ExportKeyingMaterial(srtp.ExporterLabel, nil, suite.ExporterLen())
	if err != nil {
		return Keys{}, fmt.Errorf("export the keys of SRTP: %w", err)
	}
	defer clear(material)
	client, server, err := suite.ExporterKeys(material)
	if err != nil {
		return Keys{}, err
	}
	k := Keys{Suite: suite, Ours: server, Theirs: client}
	if h.of.cfg.Role == Active {
		k.Ours, k.Theirs = client, server
	}
	return k, nil
}

// watch reads until the connection ends. No data is expected: what comes is
// thrown away, and so are complaints about single records.
func (h *handshake) watch(lib *pion.Conn) {
	buf := make([]byte, 2048)
	for {
		if _, err := lib.Read(buf); errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
			h.of.ended(h)
			h.conn.Close()
			return
		}
	}
}

// end closes the connection; a peer that has finished the handshake hears of
// it.
func (h *handshake) end() {
	h.endOnce.Do(func() {
		close(h.ended)
		if lib := h.lib.Load(); lib != nil {
			lib.Close()
		}
		h.conn.Close()
	})
}
