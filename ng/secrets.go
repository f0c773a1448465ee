package ng

import "strings"

// hidden stands where a secret was.
const hidden = "***"

// WithoutSecrets is a description fit for logs and operators: what protects
// media is hidden. These are the keys of SDES (RFC 4568 section 6.1), of
// a=key-mgmt (RFC 4567) and of k= (RFC 4566 section 5.12), and the passwords of
// ICE (RFC 8839 section 5.4).
func WithoutSecrets(sdp string) string {
	var b strings.Builder
	b.Grow(len(sdp))
	for line := range strings.Lines(sdp) {
		text := strings.TrimRight(line, "\r\n")
		for part := range strings.SplitAfterSeq(text, "\r") { // old line ends
			b.WriteString(withoutSecret(part))
		}
		b.WriteString(line[len(text):])
	}
	return b.String()
}

func withoutSecret(line string) string {
	body := strings.TrimLeft(line, " \t")
	for _, name := range []string{"a=ice-pwd:", "a=key-mgmt:", "k="} {
		if len(body) > len(name) && strings.EqualFold(body[:len(name)], name) {
			return body[:len(name)] + hidden + lineEnd(body)
		}
	}
	const crypto, inline = "a=crypto:", "inline:"
	if len(body) < len(crypto) || !strings.EqualFold(body[:len(crypto)], crypto) {
		return line
	}
	var b strings.Builder
	rest := body
	for {
		at := strings.Index(strings.ToLower(rest), inline)
		if at < 0 {
			break
		}
		at += len(inline)
		b.WriteString(rest[:at])
		b.WriteString(hidden)
		rest = rest[at:]
		end := strings.IndexAny(rest, "|; \t\r")
		if end < 0 {
			end = len(rest)
		}
		rest = rest[end:]
	}
	if b.Len() == 0 { // a form that isn't known: better nothing than the key
		return body[:len(crypto)] + hidden + lineEnd(body)
	}
	return b.String() + rest
}

func lineEnd(line string) string {
	if strings.HasSuffix(line, "\r") {
		return "\r"
	}
	return ""
}
