package ng

import "strings"

// masked stands where a description had a secret.
const masked = "(hidden)"

// WithoutSecrets is a description for people to read: what keys media or lets
// somebody speak in a party's place is left out. That are the keys of a=crypto
// (RFC 4568), a=key-mgmt (RFC 4567) and k= (RFC 4566), the password of ICE (RFC
// 8839) and the tokens of a=identity (RFC 8827). Names are matched without
// regard to case and the space around them, lines end at CR or LF.
func WithoutSecrets(sdp string) string {
	var b strings.Builder
	b.Grow(len(sdp))
	for len(sdp) > 0 {
		end := strings.IndexAny(sdp, "\r\n")
		if end < 0 {
			end = len(sdp)
		}
		b.WriteString(maskLine(sdp[:end]))
		sdp = sdp[end:]
		n := 0
		for n < len(sdp) && (sdp[n] == '\r' || sdp[n] == '\n') {
			n++
		}
		b.WriteString(sdp[:n])
		sdp = sdp[n:]
	}
	return b.String()
}

func maskLine(line string) string {
	kind, rest, ok := strings.Cut(line, "=")
	if !ok {
		return line
	}
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "k":
		return kind + "=" + masked
	case "a":
	default:
		return line
	}
	name, value, ok := strings.Cut(rest, ":")
	if !ok {
		return line
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "crypto":
		return kind + "=" + name + ":" + maskCrypto(value)
	case "ice-pwd", "key-mgmt", "identity":
		return kind + "=" + name + ":" + masked
	default:
		return line
	}
}

// maskCrypto leaves tag and suite of a crypto attribute, as far as they are
// where they belong and look like what they are.
func maskCrypto(value string) string {
	const digits, suite = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	words := strings.Fields(value)
	shown := 0
	for i, alphabet := range []string{digits, suite} {
		if shown != i || i >= len(words) || strings.Trim(words[i], alphabet) != "" {
			break
		}
		shown++
	}
	return strings.Join(append(words[:shown:shown], masked), " ")
}
