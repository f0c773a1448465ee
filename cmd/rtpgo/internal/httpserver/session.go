package httpserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

const (
	loginPath     = "/login"
	logoutPath    = "/logout"
	sessionCookie = "rtpgo-session"
	sessionTime   = 12 * time.Hour
)

// session serves the login page, where a browser's user shows the token once
// and gets a cookie, and reports whether the request was for it. Nothing about
// sessions is kept here: the cookie carries its end, sealed with the token, so
// that all end when the token changes.
func (a *access) session(w http.ResponseWriter, r *http.Request) bool {
	if a.token == nil || r.URL.Path != loginPath && r.URL.Path != logoutPath {
		return false
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
	switch {
	case r.Method == http.MethodPost && r.URL.Path == logoutPath:
		a.setCookie(w, r, "", -1)
		http.Redirect(w, r, loginPath, http.StatusSeeOther)
	case r.Method == http.MethodPost:
		if !equal(strings.TrimSpace(r.PostFormValue("token")), a.token.get()) {
			a.log.Warn("HTTP login with a wrong token", zap.String("peer", r.RemoteAddr))
			loginPage(w, http.StatusUnauthorized, "<p role=alert>That isn't the token.</p>")
			break
		}
		a.setCookie(w, r, newSession(a.token.get(), time.Now().Add(sessionTime)), int(sessionTime.Seconds()))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		loginPage(w, http.StatusOK, "")
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "Only GET and POST.", http.StatusMethodNotAllowed)
	}
	return true
}

func (a *access) setCookie(w http.ResponseWriter, r *http.Request, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: age,
		Secure: r.TLS != nil, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

func loginPage(w http.ResponseWriter, status int, alert string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">`+
		`<meta name=color-scheme content="light dark"><title>rtpgo</title><h1>rtpgo</h1>`+alert+
		`<form method=post action=/login><label>Token <input name=token type=password autocomplete=current-password required autofocus></label> <button>Log in</button></form></html>`)
}

// newSession is the value of a cookie that is good until end.
func newSession(token string, end time.Time) string {
	text := strconv.FormatInt(end.Unix(), 10)
	return text + "." + seal(token, text)
}

func validSession(token, value string) bool {
	text, mac, _ := strings.Cut(value, ".")
	if !equal(mac, seal(token, text)) {
		return false
	}
	end, err := strconv.ParseInt(text, 10, 64)
	return err == nil && time.Now().Unix() < end
}

func seal(token, text string) string {
	h := hmac.New(sha256.New, []byte(token))
	io.WriteString(h, "rtpgo session "+text)
	return hex.EncodeToString(h.Sum(nil))
}
