package srtp

import (
	"crypto/subtle"
	"encoding/binary"
)

// hmacCrypter serves the suites made of a key stream (or none) and HMAC-SHA1.
//
//	SRTP:  header | payload  | MKI | tag            (RFC 3711, section 3.1)
//	SRTCP: header | payload  | E, index | MKI | tag (section 3.4)
type hmacCrypter struct {
	rtpStream, rtcpStream keystream // nil: not encrypted
	rtpMAC, rtcpMAC       *hmacSHA1
	tagRTP, tagRTCP       int
	mki                   []byte
	e                     uint32 // E flag of what is sent
}

func newHMACCrypter(p *Params) (*hmacCrypter, error) {
	c := &hmacCrypter{tagRTP: p.Suite.TagRTP, tagRTCP: p.Suite.TagRTCP, mki: append([]byte(nil), p.MKI...)}
	if p.UnauthenticatedSRTP {
		c.tagRTP = 0
	}
	rtp, rtcp, err := derive(p)
	if err != nil {
		return nil, err
	}
	defer rtp.wipe()
	defer rtcp.wipe()
	return c, c.init(p, &rtp, &rtcp)
}

func (c *hmacCrypter) init(p *Params, rtp, rtcp *sessionKeys) (err error) {
	if !p.UnencryptedSRTP {
		if c.rtpStream, err = newKeystream(p.Suite.cipher, rtp); err != nil {
			return err
		}
	}
	// The key stream of RTCP is made in any case: the peer says with each
	// packet whether it is encrypted.
	if c.rtcpStream, err = newKeystream(p.Suite.cipher, rtcp); err != nil {
		return err
	}
	// What the NULL cipher "encrypts" is not encrypted: libsrtp and pion/srtp
	// clear the E flag then, and libsrtp insists on it.
	if !p.UnencryptedSRTCP && c.rtcpStream != nil {
		c.e = rtcpE
	}
	if c.rtpMAC, err = newHMAC(rtp.auth); err != nil {
		return err
	}
	c.rtcpMAC, err = newHMAC(rtcp.auth)
	return err
}

func (c *hmacCrypter) sealRTP(dst, src []byte, payload int, index uint64) ([]byte, error) {
	n := len(src)
	dst, ok := room(dst, n+len(c.mki)+c.tagRTP)
	if !ok {
		return nil, ErrShortBuffer
	}
	copy(dst, src[:payload])
	if c.rtpStream != nil {
		c.rtpStream.rtp(dst[payload:n], src[payload:], dst[:payload], index)
	} else {
		copy(dst[payload:n], src[payload:])
	}
	copy(dst[n:], c.mki)
	if c.tagRTP > 0 {
		copy(dst[n+len(c.mki):], c.rtpMAC.tag(dst[:n], uint32(index>>16)))
	}
	return dst, nil
}

func (c *hmacCrypter) openRTP(dst, src []byte, payload int, index uint64) ([]byte, error) {
	n := len(src) - c.tagRTP - len(c.mki)
	if n < payload {
		return nil, ErrTruncated
	}
	if subtle.ConstantTimeCompare(src[n:n+len(c.mki)], c.mki) == 0 {
		return nil, ErrMKI
	}
	if c.tagRTP > 0 {
		tag := c.rtpMAC.tag(src[:n], uint32(index>>16))[:c.tagRTP]
		if subtle.ConstantTimeCompare(tag, src[n+len(c.mki):]) == 0 {
			return nil, ErrAuth
		}
	}
	dst, ok := room(dst, n)
	if !ok {
		return nil, ErrShortBuffer
	}
	copy(dst, src[:payload])
	if c.rtpStream != nil {
		c.rtpStream.rtp(dst[payload:], src[payload:n], dst[:payload], index)
	} else {
		copy(dst[payload:], src[payload:n])
	}
	return dst, nil
}

func (c *hmacCrypter) sealRTCP(dst, src []byte, index uint32) ([]byte, error) {
	n := len(src)
	end := n + rtcpIndexLen
	dst, ok := room(dst, end+len(c.mki)+c.tagRTCP)
	if !ok {
		return nil, ErrShortBuffer
	}
	copy(dst, src[:rtcpHeaderLen])
	if c.rtcpStream != nil && c.e != 0 {
		c.rtcpStream.rtcp(dst[rtcpHeaderLen:n], src[rtcpHeaderLen:], dst[:rtcpHeaderLen], index)
	} else {
		copy(dst[rtcpHeaderLen:n], src[rtcpHeaderLen:])
	}
	binary.BigEndian.PutUint32(dst[n:], index|c.e)
	copy(dst[end:], c.mki)
	copy(dst[end+len(c.mki):], c.rtcpMAC.tagRTCP(dst[:end])[:c.tagRTCP])
	return dst, nil
}

func (c *hmacCrypter) rtcpIndex(src []byte) (uint32, error) {
	n := len(src) - c.tagRTCP - len(c.mki) - rtcpIndexLen
	if n < rtcpHeaderLen {
		return 0, ErrTruncated
	}
	return binary.BigEndian.Uint32(src[n:]), nil
}

func (c *hmacCrypter) openRTCP(dst, src []byte, index uint32) ([]byte, error) {
	end := len(src) - c.tagRTCP - len(c.mki)
	n := end - rtcpIndexLen
	if subtle.ConstantTimeCompare(src[end:end+len(c.mki)], c.mki) == 0 {
		return nil, ErrMKI
	}
	tag := c.rtcpMAC.tagRTCP(src[:end])[:c.tagRTCP]
	if subtle.ConstantTimeCompare(tag, src[end+len(c.mki):]) == 0 {
		return nil, ErrAuth
	}
	dst, ok := room(dst, n)
	if !ok {
		return nil, ErrShortBuffer
	}
	copy(dst, src[:rtcpHeaderLen])
	if c.rtcpStream != nil && index&rtcpE != 0 {
		c.rtcpStream.rtcp(dst[rtcpHeaderLen:], src[rtcpHeaderLen:n], dst[:rtcpHeaderLen], index&^rtcpE)
	} else {
		copy(dst[rtcpHeaderLen:], src[rtcpHeaderLen:n])
	}
	return dst, nil
}

func (c *hmacCrypter) wipe() {
	for _, s := range []keystream{c.rtpStream, c.rtcpStream} {
		if s != nil {
			s.wipe()
		}
	}
	c.rtpMAC.wipe()
	c.rtcpMAC.wipe()
}
