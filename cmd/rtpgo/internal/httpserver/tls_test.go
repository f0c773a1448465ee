package httpserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	a.cert, a.key, a.pem = a.make(&x509.Certificate{Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) make(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, []byte) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// issue returns certificate and key in PEM form.
func (a *authority) issue(name string) (cert, key []byte) {
	_, k, cert := a.make(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// files writes what the authority issues for name into a folder.
func (a *authority) files(dir, name string) (cert, key string) {
	a.t.Helper()
	c, k := a.issue(name)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, content := range map[string][]byte{cert: c, key: k} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return cert, key
}

// tlsClient trusts a and shows the certificate that by issues, if any.
func tlsClient(t *testing.T, a, by *authority) *http.Client {
	c := client(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.pem)
	config := &tls.Config{RootCAs: pool}
	if by != nil {
		pair, err := tls.X509KeyPair(by.issue("client"))
		if err != nil {
			t.Fatal(err)
		}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	c.Transport.(*http.Transport).TLSClientConfig = config
	return c
}

func TestClientCertificates(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	cert, key := ours.files(t.TempDir(), "server")
	config := Config{HTTP: []netip.AddrPort{loopback}, HTTPS: []netip.AddrPort{loopback}, CertFile: cert, KeyFile: key, ClientCA: write(t, "ca.pem", string(ours.pem))}
	t.Run("alone", func(t *testing.T) {
		s := start(t, config)
		secure := "https://" + s.Addresses()[1].String()
		if status, _ := get(t, tlsClient(t, ours, ours), secure+"/closed"); status != 200 {
			t.Errorf("with certificate: %d", status)
		}
		if status, _ := get(t, tlsClient(t, ours, nil), secure+"/open"); status != 403 {
			t.Errorf("without certificate: %d", status)
		}
		if _, err := tlsClient(t, ours, theirs).Get(secure + "/open"); err == nil {
			t.Error("a stranger's certificate was accepted")
		}
		if status, _ := get(t, client(t), base(s)+"/open"); status != 403 {
			t.Errorf("plain HTTP: %d", status)
		}
	})
	t.Run("or token", func(t *testing.T) {
		config.TokenFile = write(t, "token", token)
		s := start(t, config)
		secure := "https://" + s.Addresses()[1].String()
		if status, _ := get(t, tlsClient(t, ours, ours), secure+"/closed"); status != 200 {
			t.Errorf("with certificate: %d", status)
		}
		if status, _ := get(t, tlsClient(t, ours, nil), secure+"/closed", "Authorization: Bearer "+token); status != 200 {
			t.Errorf("with token: %d", status)
		}
		if status, _ := get(t, tlsClient(t, ours, nil), secure+"/closed"); status != 401 {
			t.Errorf("with neither: %d", status)
		}
	})
}

func TestCertificateChanges(t *testing.T) {
	a, dir := newAuthority(t), t.TempDir()
	cert, key := a.files(dir, "first")
	s := start(t, Config{HTTPS: []netip.AddrPort{loopback}, CertFile: cert, KeyFile: key})
	name := func() string {
		t.Helper()
		c, err := tls.Dial("tcp", s.Addresses()[0].String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	if got := name(); got != "first" {
		t.Errorf("certificate of %q", got)
	}
	a.files(dir, "second")
	s.Reload()
	if got := name(); got != "second" {
		t.Errorf("after reload: certificate of %q", got)
	}
	if err := os.WriteFile(cert, []byte("half a cert"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Reload()
	if got := name(); got != "second" {
		t.Errorf("with a broken file: certificate of %q", got)
	}
	a.files(dir, "third") // nobody says so
	for deadline := time.Now().Add(10 * time.Second); name() != "third"; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the change wasn't noticed")
		}
	}
}

func TestBadCertificates(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.files(t.TempDir(), "server")
	_, other := a.files(t.TempDir(), "other")
	https := []netip.AddrPort{loopback}
	for name, c := range map[string]Config{
		"no file":       {HTTPS: https, CertFile: "/nonexistent", KeyFile: key},
		"other key":     {HTTPS: https, CertFile: cert, KeyFile: other},
		"no authority":  {HTTPS: https, CertFile: cert, KeyFile: key, ClientCA: "/nonexistent"},
		"no authority ": {HTTPS: https, CertFile: cert, KeyFile: key, ClientCA: key},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
