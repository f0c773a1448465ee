package srtp

import "crypto/aes"

// Labels of the key derivation (RFC 3711, section 4.3.1).
const (
	labelRTPKey   = 0x00
	labelRTPAuth  = 0x01
	labelRTPSalt  = 0x02
	labelRTCPKey  = 0x03
	labelRTCPAuth = 0x04
	labelRTCPSalt = 0x05
)

const authKeyLen = 20 // of HMAC-SHA1 (RFC 3711, section 5.2)

// sessionKeys are those that packets are protected with.
type sessionKeys struct {
	key, salt, auth []byte
}

func (k *sessionKeys) wipe() {
	clear(k.key)
	clear(k.salt)
	clear(k.auth)
}

// derive makes the session keys of RTP and of RTCP.
func derive(p *Params) (rtp, rtcp sessionKeys, err error) {
	master, err := newCTR(p.Key.Master)
	if err != nil {
		return rtp, rtcp, err
	}
	defer master.wipe()
	prf := func(label byte, n int) []byte {
		// The key derivation rate is 0, as it is wherever SDES doesn't say
		// otherwise and always in DTLS-SRTP: x is the label alone, its last
		// octet the seventh of the salt. A salt of 96 bits (RFC 7714, section
		// 11) counts as one of 112 with two zero octets behind it.
		var iv [aes.BlockSize]byte
		copy(iv[:], p.Key.Salt)
		iv[7] ^= label
		out := make([]byte, n)
		master.xor(out, out, &iv)
		return out
	}
	s := p.Suite
	rtp = sessionKeys{key: prf(labelRTPKey, s.KeyLen), salt: prf(labelRTPSalt, s.SaltLen)}
	rtcp = sessionKeys{key: prf(labelRTCPKey, s.KeyLen), salt: prf(labelRTCPSalt, s.SaltLen)}
	if !s.AEAD() {
		rtp.auth, rtcp.auth = prf(labelRTPAuth, authKeyLen), prf(labelRTCPAuth, authKeyLen)
	}
	return rtp, rtcp, nil
}
