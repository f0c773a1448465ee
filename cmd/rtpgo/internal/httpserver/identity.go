package httpserver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// identity is who we are on HTTPS, and whose client certificates count.
type identity struct {
	certificate *file[*tls.Certificate]
	authorities *file[*x509.CertPool] // nil: no client certificates
}

func newIdentity(c Config) (*identity, error) {
	var i identity
	var err error
	i.certificate, err = load(c.Log, func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		return &pair, err
	}, c.CertFile, c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("https-cert: %w", err)
	}
	if c.ClientCA == "" {
		return &i, nil
	}
	i.authorities, err = load(c.Log, func() (*x509.CertPool, error) {
		pem, err := os.ReadFile(c.ClientCA)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, errors.New("no certificate in " + c.ClientCA)
		}
		return pool, nil
	}, c.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("https-client-ca: %w", err)
	}
	return &i, nil
}

// config is looked up for each handshake, so that files may change.
func (i *identity) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			c := &tls.Config{
				MinVersion:   tls.VersionTLS12,
				NextProtos:   []string{"http/1.1"},
				Certificates: []tls.Certificate{*i.certificate.get()},
				// A resumed session would outlive the authority that vouched
				// for its certificate.
				SessionTicketsDisabled: i.authorities != nil,
			}
			if i.authorities != nil {
				c.ClientAuth = tls.VerifyClientCertIfGiven // who has none may hold a token
				c.ClientCAs = i.authorities.get()
			}
			return c, nil
		},
	}
}
