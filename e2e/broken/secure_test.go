package broken

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"
)

// key is a master key of the suite with its salt.
type key [30]byte

func newKey() (k key) {
	_, _ = rand.Read(k[:]) // never fails
	return k
}

const suite = "AES_CM_128_HMAC_SHA1_80"

// line is the attribute that tells it (RFC 4568 section 9.1).
func (k key) line(tag string) string {
	return fmt.Sprintf("crypto:%s %s inline:%s", tag, suite, base64.StdEncoding.EncodeToString(k[:]))
}

// encrypt has a stream sent as SRTP and SRTCP.
func (l *leg) encrypt(k key) func(*stream) {
	l.t.Helper()
	c, err := srtp.CreateContext(k[:16], k[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
	if err != nil {
		l.t.Fatal(err)
	}
	return encryptWith(c)
}

func encryptWith(c *srtp.Context) func(*stream) {
	return func(s *stream) {
		s.rtp = func(p []byte) []byte { return must(c.EncryptRTP(nil, p, nil)) }
		s.rtcp = func(p []byte) []byte { return must(c.EncryptRTCP(nil, p, nil)) }
	}
}

// must is for what can't fail with packets of ours.
func must(p []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return p
}

// sdes makes the leg one of RTP/SAVP that tells this key: under the tag that
// was offered, if anything was.
func (l *leg) sdes(k key) {
	tag := "1"
	for _, line := range strings.Split(l.body, "\r\n") {
		if t, ok := strings.CutSuffix(line[:max(0, strings.Index(line, " inline:"))], " "+suite); ok {
			tag = strings.TrimPrefix(t, "a=crypto:")
		}
	}
	l.proto, l.lines = "RTP/SAVP", append(l.lines, k.line(tag))
}

// certificate is one for DTLS.
type certificate struct{ tls.Certificate }

func (l *leg) newCertificate() certificate {
	l.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		l.t.Fatal(err)
	}
	return certificate{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}}
}

// line is the attribute with the fingerprint (RFC 8122 section 5).
func (c certificate) line() string {
	return fmt.Sprintf("fingerprint:sha-256 %s", strings.ReplaceAll(fmt.Sprintf("% X", sha256.Sum256(c.Certificate.Certificate[0])), " ", ":"))
}

// dtlsSRTP makes the leg one that says it is of this certificate and takes
// this part in the handshake.
func (l *leg) dtlsSRTP(c certificate, setup string) {
	l.proto = "UDP/TLS/RTP/SAVP"
	l.lines = append(l.lines, "rtcp-mux", "setup:"+setup, c.line())
}

// dtlsConn is the leg's RTP socket for DTLS: what arrives comes from a buffer.
type dtlsConn struct {
	net.PacketConn
	in   *packetio.Buffer
	peer net.Addr
}

func (d *dtlsConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := d.in.Read(p)
	return n, d.peer, err
}

func (d *dtlsConn) SetReadDeadline(t time.Time) error { return d.in.SetReadDeadline(t) }
func (d *dtlsConn) Close() error                      { return d.in.Close() }

// handshake is the leg's part as the client. It gives what encrypts, nil where
// the relay didn't agree within the time.
func (l *leg) handshake(c certificate, options ...dtls.ClientOption) func(*stream) {
	l.t.Helper()
	peer := net.UDPAddrFromAddrPort(l.remote.RTP)
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	conn, err := dtls.ClientWithOptions(&dtlsConn{l.sock[0], l.dtls, peer}, peer, append([]dtls.ClientOption{
		dtls.WithCertificates(c.Certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithFlightInterval(200 * time.Millisecond),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80),
	}, options...)...)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { conn.Close() })
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }()
	select {
	case err = <-done:
	case <-time.After(10 * time.Second):
		err = fmt.Errorf("no handshake")
	}
	if err != nil {
		l.t.Logf("%s: %v", l.tag, err)
		return nil
	}
	state, _ := conn.ConnectionState()
	keys := srtp.Config{Profile: profile}
	if err := keys.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		l.t.Fatal(err)
	}
	out, err := srtp.CreateContext(keys.Keys.LocalMasterKey, keys.Keys.LocalMasterSalt, profile)
	if err != nil {
		l.t.Fatal(err)
	}
	return encryptWith(out)
}
