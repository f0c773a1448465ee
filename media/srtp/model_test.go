package srtp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"math/big"
)

// model is SRTP written a second time, as close to the words of the RFCs as it
// goes and with no thought of speed: big numbers for the IVs, the standard
// library's counter mode and HMAC. It vouches for the suites that no other Go
// library has (AES-192, F8, the 32-bit NULL suite's RTCP).
type model struct {
	p Params
}

func (m model) prf(label byte, n int) []byte {
	block, _ := aes.NewCipher(m.p.Key.Master)
	salt := make([]byte, 14)
	copy(salt, m.p.Key.Salt)
	x := new(big.Int).SetBytes(salt)
	id := new(big.Int).Lsh(big.NewInt(int64(label)), 48)
	x.Xor(x, id)
	x.Lsh(x, 16)
	out := make([]byte, n)
	cipher.NewCTR(block, x.FillBytes(make([]byte, 16))).XORKeyStream(out, out)
	return out
}

// crypt encrypts or decrypts payload by the cipher of label 0 (RTP) or 3 (RTCP).
func (m model) crypt(payload, head []byte, label byte, ssrc uint32, index uint64) []byte {
	s := m.p.Suite
	key, salt := m.prf(label, s.KeyLen), m.prf(label+2, s.SaltLen)
	out := make([]byte, len(payload))
	block, _ := aes.NewCipher(key)
	switch s.cipher {
	case cipherNull:
		copy(out, payload)
	case cipherCTR:
		iv := new(big.Int).Lsh(new(big.Int).SetBytes(salt), 16)
		iv.Xor(iv, new(big.Int).Lsh(new(big.Int).SetUint64(uint64(ssrc)), 64))
		iv.Xor(iv, new(big.Int).Lsh(new(big.Int).SetUint64(index), 16))
		cipher.NewCTR(block, iv.FillBytes(make([]byte, 16))).XORKeyStream(out, payload)
	case cipherF8:
		iv := make([]byte, 16)
		if label == labelRTPKey {
			copy(iv, head[:12])
			iv[0] = 0
			binary.BigEndian.PutUint32(iv[12:], uint32(index>>16))
		} else {
			binary.BigEndian.PutUint32(iv[4:], 1<<31|uint32(index))
			copy(iv[8:], head[:8])
		}
		masked := make([]byte, len(key))
		for i := range masked {
			mask := byte(0x55)
			if i < len(salt) {
				mask = salt[i]
			}
			masked[i] = key[i] ^ mask
		}
		mb, _ := aes.NewCipher(masked)
		mb.Encrypt(iv, iv)
		s := new(big.Int)
		for j := 0; j*16 < len(payload); j++ {
			s.Xor(s, new(big.Int).SetBytes(iv))
			s.Xor(s, big.NewInt(int64(j)))
			ks := s.FillBytes(make([]byte, 16))
			block.Encrypt(ks, ks)
			s.SetBytes(ks)
			for i := j * 16; i < min(j*16+16, len(payload)); i++ {
				out[i] = payload[i] ^ ks[i-j*16]
			}
		}
	}
	return out
}

func (m model) tag(label byte, parts ...[]byte) []byte {
	h := hmac.New(sha1.New, m.prf(label+1, 20))
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func cat(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// rtp protects a packet whose payload starts at n.
func (m model) rtp(pkt []byte, n int, index uint64) []byte {
	ssrc := binary.BigEndian.Uint32(pkt[8:])
	payload := pkt[n:]
	if !m.p.UnencryptedSRTP {
		payload = m.crypt(payload, pkt, labelRTPKey, ssrc, index)
	}
	out := cat(pkt[:n], payload)
	roc := binary.BigEndian.AppendUint32(nil, uint32(index>>16))
	tag := m.tag(labelRTPKey, out, roc)[:m.p.Suite.TagRTP]
	if m.p.UnauthenticatedSRTP {
		tag = nil
	}
	return cat(out, m.p.MKI, tag)
}

// rtcp protects a compound packet.
func (m model) rtcp(pkt []byte, index uint32) []byte {
	payload, e := pkt[8:], uint32(0)
	if !m.p.UnencryptedSRTCP && m.p.Suite.cipher != cipherNull {
		e = 1 << 31
		payload = m.crypt(payload, pkt, labelRTCPKey, binary.BigEndian.Uint32(pkt[4:]), uint64(index))
	}
	out := cat(pkt[:8], payload, binary.BigEndian.AppendUint32(nil, e|index))
	return cat(out, m.p.MKI, m.tag(labelRTCPKey, out)[:m.p.Suite.TagRTCP])
}
