package call

import (
	"strings"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// dtlsRole is our role in the DTLS handshake with one party. Both bits are set
// while the party may choose (actpass).
type dtlsRole uint8

const (
	roleNone    dtlsRole = 0
	roleActive  dtlsRole = 1 // we are the client
	rolePassive dtlsRole = 2
	roleEither           = roleActive | rolePassive
)

// roleTowards is our role towards one who sent this a=setup (RFC 5763 section
// 5). Who has been the server stays it when asked to choose, for the
// association may go on; who wants to be the server is it, too.
func roleTowards(setup sdpedit.Setup, before dtlsRole, passive bool) dtlsRole {
	switch setup {
	case sdpedit.SetupActive:
		return rolePassive
	case sdpedit.SetupPassive:
		return roleActive
	case sdpedit.SetupActpass:
		if passive || before == rolePassive {
			return rolePassive
		}
		return roleEither
	}
	return roleNone
}

// answeringRole is our role in an answer to one towards whom role may still be
// open.
func answeringRole(role dtlsRole, passive bool) dtlsRole {
	if role != roleEither {
		return role
	}
	if passive {
		return rolePassive
	}
	return roleActive
}

// setup is the a=setup that tells a role.
func (r dtlsRole) setup() sdpedit.Setup {
	switch r {
	case roleEither:
		return sdpedit.SetupActpass
	case roleActive:
		return sdpedit.SetupActive
	case rolePassive:
		return sdpedit.SetupPassive
	}
	return ""
}

// prefersPassive applies "DTLS" or "DTLS-reverse" and --dtls-passive.
func (r *Registry) prefersPassive(flag ng.DTLS) bool {
	return flag == ng.DTLSPassive || (r.DTLSPassive && flag != ng.DTLSActive)
}

// hashSize is the octets of a fingerprint by its hash (RFC 8122 section 5); 0
// for hashes we don't know.
func hashSize(name string) int {
	switch name {
	case "sha-1":
		return 20
	case "sha-224":
		return 28
	case "sha-256":
		return 32
	case "sha-384":
		return 48
	case "sha-512":
		return 64
	}
	return 0
}

// validFingerprint tells whether a certificate can be held against f.
func validFingerprint(f sdpedit.Fingerprint) bool {
	n := hashSize(strings.ToLower(f.Hash))
	if n == 0 || len(f.Value) != 3*n-1 {
		return false
	}
	for i := range len(f.Value) {
		c := f.Value[i]
		if i%3 == 2 {
			if c != ':' {
				return false
			}
		} else if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// association is a DTLS association of one set of ports with its tls-id, which
// tells the peer whether the one it has goes on (RFC 8842 section 5.1): another
// fingerprint, another tls-id of the peer or another role begin a new one.
type association struct {
	id          string // ours; made when first shown
	known       bool   // the peer has described itself
	fingerprint sdpedit.Fingerprint
	remoteID    string
	active      bool // we are the client
	ice         bool // ICE says who the peer is
}

// reached takes note of whether the peer is found by ICE: another way to it is
// another association's.
func (a *association) reached(ice bool) {
	if a.id != "" && a.ice != ice {
		a.id = ""
	}
	a.ice = ice
}

// described takes note of what the peer said about itself.
func (a *association) described(f sdpedit.Fingerprint, remoteID string) {
	if a.known && (a.fingerprint != f || a.remoteID != remoteID) {
		a.id = ""
	}
	a.known, a.fingerprint, a.remoteID = true, f, remoteID
}

// agreed takes note of our role.
func (a *association) agreed(role dtlsRole) {
	if role != roleActive && role != rolePassive {
		return
	}
	if active := role == roleActive; active != a.active {
		a.active, a.id = active, ""
	}
}

// tlsID is our tls-id.
func (a *association) tlsID() string {
	if a.id == "" {
		a.id = randomHex(16)
	}
	return a.id
}
