package httpserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"go.uber.org/zap"
)

// minToken is the least length of a token, in bytes: what can be guessed is no
// protection.
const minToken = 16

// access decides who comes in.
type access struct {
	token        *file[string] // nil: none
	certificates bool          // client certificates are looked at
	log          *zap.Logger
}

func newAccess(c Config, seldom *zap.Logger) (access, error) {
	a := access{certificates: c.ClientCA != "", log: seldom}
	if c.TokenFile == "" {
		return a, nil
	}
	var err error
	a.token, err = load(c.Log, func() (string, error) { return readToken(c.TokenFile, c.Log) }, c.TokenFile)
	if err != nil {
		return a, fmt.Errorf("http-token-file: %w", err)
	}
	return a, nil
}

// readToken takes the first line of a file.
func readToken(path string, log *zap.Logger) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(content), "\n")
	line = strings.TrimSpace(line)
	switch {
	case len(line) < minToken:
		return "", fmt.Errorf("%s: the first line has to be a token of %d characters or more (openssl rand -hex 32)", path, minToken)
	case strings.ContainsFunc(line, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", errors.New(path + ": a token has neither blanks nor characters beyond ASCII")
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o007 != 0 {
		log.Warn("the token can be read by everybody on this host", zap.String("file", path), zap.String("mend", "chmod o-rwx "+path))
	}
	return line, nil
}

// String says who may come in, for the log.
func (a *access) String() string {
	switch {
	case a.token != nil && a.certificates:
		return "token or client certificate"
	case a.token != nil:
		return "token"
	case a.certificates:
		return "client certificate"
	}
	return "everybody"
}

// demanded reports whether anything has to be shown at all.
func (a *access) demanded() bool { return a.token != nil || a.certificates }

func (a *access) granted(r *http.Request) bool {
	return a.certificates && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 || a.byToken(r)
}

// byToken reports whether the request shows the token, or the cookie of
// somebody who did. Browsers send neither for a page of another site.
func (a *access) byToken(r *http.Request) bool {
	if a.token == nil {
		return false
	}
	scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return equal(strings.TrimSpace(shown), a.token.get())
	}
	c, err := r.Cookie(SessionCookie)
	return err == nil && validSession(a.token.get(), c.Value)
}

// equal takes as long whatever the texts are.
func equal(x, y string) bool {
	a, b := sha256.Sum256([]byte(x)), sha256.Sum256([]byte(y))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// refuse sends people to the login page and tells programs what is missing.
func (a *access) refuse(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		a.log.Warn("HTTP request with a wrong token", zap.String("peer", r.RemoteAddr), zap.String("path", r.URL.Path))
	}
	if a.token == nil {
		http.Error(w, "A client certificate is needed.", http.StatusForbidden)
		return
	}
	if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, loginPath, http.StatusSeeOther)
		return
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="rtpgo"`)
	http.Error(w, "A token is needed: Authorization: Bearer TOKEN", http.StatusUnauthorized)
}
