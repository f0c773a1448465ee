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
// That is asked of browsers alone, for other programs know by which name they
// call; libwebsockets in Kamailio sends an Origin, too.
//
// Who showed a token (in a header, which pages can't set, or in a cookie, which
// belongs to the host's name) can't come by a false name. Pages on other ports
// of this host get the cookie as well: so their origin counts.
func foreign(r *http.Request, token bool) string {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	switch {
	case token && r.Header.Get("Authorization") != "":
		return ""
	case origin != "" && !sameHost(origin, r.Host):
		return "the request comes from another site"
	case !browser(r):
		return ""
	case !token && !trustedHost(r):
		return "browsers have to name this host by its address here, or to hold a token"
	case site == "same-origin", site == "none", site == "" && origin != "", site == "" && token:
		return ""
	case site != "":
		return "the request comes from another site"
	}
	return "the browser doesn't say which site the request comes from; use HTTPS or a token"
}

// sameHost reports whether an origin is that of the host asked.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// browser looks for headers, even empty ones, that a page can't take away.
func browser(r *http.Request) bool {
	for _, name := range []string{"Sec-Fetch-Site", "Sec-Fetch-Mode", "Accept-Language"} {
		if len(r.Header[name]) > 0 {
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
