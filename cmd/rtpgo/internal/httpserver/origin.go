package httpserver

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// foreign says why a request may come from a web page of somebody else, or ""
// when it doesn't.
//
// Such pages can make a browser send any request to this server, only not read
// the answer. What they can't do is make the browser lie about the origin in
// Origin and Sec-Fetch-Site (Fetch Metadata), or hide that it is a browser:
// each names its languages. Where a page's own name was made to point at this
// host (DNS rebinding), origin and Host agree, so Host has to be an address.
//
// Who showed a token (in a header, which pages can't set, or in a cookie, which
// belongs to the host's name) can't come by a false name. Pages on other ports
// of this host get the cookie as well: so their origin counts.
func foreign(r *http.Request, token bool) string {
	if !browser(r) || r.Header.Get("Authorization") != "" && token {
		return ""
	}
	if !token && !trustedHost(r) {
		return "browsers have to name this host by its address here, or to hold a token"
	}
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	switch {
	case site == "same-origin", site == "none":
		return ""
	case site != "":
		return "the request comes from another site"
	case origin == "" && token:
		return ""
	case origin == "":
		return "the browser doesn't say which site the request comes from; use HTTPS or a token"
	}
	if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
		return "the request comes from another site"
	}
	return ""
}

func browser(r *http.Request) bool {
	for _, name := range []string{"Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Accept-Language"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

// trustedHost reports whether Host can't be a name that leads here by deceit.
// With TLS the certificate has proved it.
func trustedHost(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return strings.EqualFold(host, "localhost")
}
