package dtls

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rtpgo/media/srtp"
)

// TestOpenSSL shakes hands with OpenSSL in both roles and compares the keys
// that both sides export.
func TestOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl isn't installed")
	}
	for name, certs := range map[string]CertificateConfig{"ECDSA": {}, "RSA": {RSA: true}} {
		for profile, suite := range map[string]*srtp.Suite{
			"SRTP_AES128_CM_SHA1_80": srtp.AES_CM_128_HMAC_SHA1_80,
			"SRTP_AES128_CM_SHA1_32": srtp.AES_CM_128_HMAC_SHA1_32,
			"SRTP_AEAD_AES_128_GCM":  srtp.AEAD_AES_128_GCM,
			"SRTP_AEAD_AES_256_GCM":  srtp.AEAD_AES_256_GCM,
		} {
			t.Run(name+" client "+profile, func(t *testing.T) { openSSL(t, Passive, certs, profile, suite) })
			t.Run(name+" server "+profile, func(t *testing.T) { openSSL(t, Active, certs, profile, suite) })
		}
	}
}

func openSSL(t *testing.T, role Role, certs CertificateConfig, profile string, suite *srtp.Suite) {
	theirs := certificate(t, certs)
	certFile, keyFile := pemFiles(t, theirs)
	sock, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	via := socketPort{sock}
	spare, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	server := netip.MustParseAddrPort(spare.LocalAddr().String())
	spare.Close()
	args := []string{"s_client", "-connect", sock.LocalAddr().String()}
	if role == Active {
		args = []string{"s_server", "-accept", server.String(), "-Verify", "1"}
	}
	args = append(args, "-dtls1_2", "-cert", certFile, "-key", keyFile, "-use_srtp", profile,
		"-keymatexport", srtp.ExporterLabel, "-keymatexportlen", fmt.Sprint(suite.ExporterLen()))

	p := newParty(t, agent(t, AgentConfig{}), certificate(t, certs), role, func() (Via, netip.AddrPort) { return via, server })
	p.Expect(theirs.Fingerprint("sha-256"))
	go func() {
		buf := make([]byte, 2048)
		for {
			n, src, err := sock.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			p.Receive(buf[:n], netip.AddrPortFrom(src.Addr().Unmap(), src.Port()), via, always(Peer))
		}
	}()
	cmd := exec.Command("openssl", args...)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exported := make(chan string, 1)
	var log bytes.Buffer
	go func() {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			log.WriteString(lines.Text() + "\n")
			if _, key, ok := strings.Cut(lines.Text(), "Keying material: "); ok {
				exported <- key
			}
		}
	}()
	t.Cleanup(func() {
		input.Close()
		cmd.Process.Kill()
		cmd.Wait()
		writer.Close()
		if t.Failed() {
			t.Logf("openssl %s\n%s", strings.Join(args, " "), log.String())
		}
	})
	p.Wake()
	k := wait(t, "keys", p.keys)
	if k.Suite != suite {
		t.Errorf("suite %v, want %v", k.Suite, suite)
	}
	client, own := k.Theirs, k.Ours
	if role == Active {
		client, own = own, client
	}
	want := hex.EncodeToString(bytes.Join([][]byte{client.Master, own.Master, client.Salt, own.Salt}, nil))
	if got := wait(t, "export", exported); !strings.EqualFold(got, want) {
		t.Errorf("OpenSSL exports %s, we %s", got, want)
	}
}

type socketPort struct{ *net.UDPConn }

func (s socketPort) Send(pkt []byte, to netip.AddrPort) error {
	_, err := s.WriteToUDPAddrPort(pkt, to)
	return err
}

func pemFiles(t *testing.T, c *Certificate) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	der, err := x509.MarshalPKCS8PrivateKey(c.tls.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return write("cert.pem", "CERTIFICATE", c.tls.Certificate[0]), write("key.pem", "PRIVATE KEY", der)
}
