package httpserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

const (
	loginPath   = "/login"
	logoutPath  = "/logout"
	sessionTime = 12 * time.Hour

	// SessionCookie is the name of the cookie of those who have logged in.
	SessionCookie = "rtpgo-session"
)

// session serves the login page, where a browser's user shows the token once
// and gets a cookie, and reports whether the request was for it. Nothing about
// sessions is kept here: the cookie carries its end, sealed with the token, so
// that all end when the token changes.
func (a *access) session(w http.ResponseWriter, r *http.Request) bool {
	if a.token == nil || r.URL.Path != loginPath && r.URL.Path != logoutPath {
		return false
	}
	w.Header().Set("Content-Security-Policy", loginPolicy)
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
		Name: SessionCookie, Value: value, Path: "/", MaxAge: age,
		Secure: r.TLS != nil, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// loginStyle is allowed by its hash in loginPolicy.
const loginStyle = `:root{color-scheme:light dark;--ground:#f3f5f7;--surface:#fff;--edge:#d9dfe5;--text:#17212b;--muted:#56636f;--button:#0a5a82;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ground:#0e1317;--surface:#161d23;--edge:#2b3740;--text:#e2e9ee;--muted:#9aa9b5;--button:#0b6fa4;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{width:min(360px,calc(100vw - 32px));padding:24px;background:var(--surface);border:1px solid var(--edge);border-radius:10px}
h1{font-size:20px;margin:0 0 16px}label{color:var(--muted);font-size:13px}[role=alert]{color:var(--bad);margin:0 0 12px}
input{display:block;width:100%;height:40px;margin:4px 0 16px;padding:0 12px;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--muted);border-radius:8px}
button{width:100%;height:40px;font:inherit;font-weight:600;color:#fff;background:var(--button);border:0;border-radius:8px;cursor:pointer}`

var loginPolicy = func() string {
	h := sha256.Sum256([]byte(loginStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

func loginPage(w http.ResponseWriter, status int, alert string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">`+
		`<title>Log in · rtpgo</title><style>`+loginStyle+`</style><main><h1>rtpgo</h1>`+alert+
		`<form method=post action=/login><label>Token <input name=token type=password autocomplete=current-password required autofocus></label><button>Log in</button></form></main></html>`)
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
