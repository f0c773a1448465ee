package srtp

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Inline is the base64 text of a key in a=crypto (RFC 4568, section 6.1);
// padded says whether "=" fills it up, as the RFC wants and rtpengine leaves
// out unless told by the flag SDES-pad.
func (k Key) Inline(padded bool) string {
	b := make([]byte, 0, 48)
	b = append(append(b, k.Master...), k.Salt...)
	defer clear(b)
	if padded {
		return base64.StdEncoding.EncodeToString(b)
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

// ParseInline reads the base64 text of a key, with padding or without.
func (s *Suite) ParseInline(text string) (Key, error) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return Key{}, fmt.Errorf("%w: key of %s is not base64: %w", ErrParams, s, err)
	}
	if len(b) != s.KeyLen+s.SaltLen {
		return Key{}, fmt.Errorf("%w: key of %d octets where %s has %d", ErrParams, len(b), s, s.KeyLen+s.SaltLen)
	}
	return s.split(b), nil
}

// KeyParams is one key of an a=crypto line:
// inline:KEY[|LIFETIME][|MKI:LENGTH] (RFC 4568, section 6.1).
type KeyParams struct {
	Key Key
	// Lifetime in packets, 0 if not given.
	Lifetime uint64
	// MKI as it stands in the packets, empty if not given.
	MKI []byte
}

// ParseKeyParams reads one key of an a=crypto line, "inline:" included.
func (s *Suite) ParseKeyParams(text string) (KeyParams, error) {
	method, info, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(method, "inline") {
		return KeyParams{}, fmt.Errorf("%w: key method of %s is not inline", ErrParams, s)
	}
	key, rest, _ := strings.Cut(info, "|")
	var kp KeyParams
	var err error
	if kp.Key, err = s.ParseInline(key); err != nil {
		return KeyParams{}, err
	}
	for i := 0; rest != ""; i++ {
		var field string
		field, rest, _ = strings.Cut(rest, "|")
		switch {
		case strings.Contains(field, ":") && kp.MKI == nil:
			kp.MKI, err = parseMKI(field)
		case i == 0 && kp.MKI == nil:
			kp.Lifetime, err = parseLifetime(field)
		default:
			err = fmt.Errorf("%w: %q after the key", ErrParams, field)
		}
		if err != nil {
			return KeyParams{}, err
		}
	}
	return kp, nil
}

// parseLifetime reads a number of packets, also as a power of two: 2^20.
func parseLifetime(text string) (uint64, error) {
	exp, power := strings.CutPrefix(text, "2^")
	n, err := strconv.ParseUint(exp, 10, 64)
	if err != nil || power && n > 48 || n == 0 {
		return 0, fmt.Errorf("%w: key lifetime %q", ErrParams, text)
	}
	if power {
		n = 1 << n
	}
	return n, nil
}

// parseMKI reads VALUE:LENGTH, a decimal number and the octets it takes in a
// packet, and returns these octets.
func parseMKI(text string) ([]byte, error) {
	value, length, _ := strings.Cut(text, ":")
	bad := fmt.Errorf("%w: MKI %q", ErrParams, text)
	n, err := strconv.ParseUint(length, 10, 8)
	if err != nil || n == 0 || n > MaxMKI || value == "" || len(value) > 309 { // 2^1024 has 309 digits
		return nil, bad
	}
	if strings.Trim(value, "0123456789") != "" {
		return nil, bad
	}
	v, ok := new(big.Int).SetString(value, 10)
	if !ok || v.BitLen() > int(n)*8 {
		return nil, bad
	}
	return v.FillBytes(make([]byte, n)), nil
}
