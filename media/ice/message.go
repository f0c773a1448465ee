package ice

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"

	"github.com/pion/stun/v3"
)

// transactionID identifies a request and its response (RFC 8489 section 5).
type transactionID = [stun.TransactionIDSize]byte

// role is what a request says about its sender (RFC 8445 section 7.1.3).
type role uint8

const (
	roleUnknown role = iota
	roleControlling
	roleControlled
)

// message is a STUN message of the kinds that ICE uses. Its slices belong to
// raw.
type message struct {
	raw          stun.Message
	username     []byte
	priority     uint32
	useCandidate bool
	role         role
	tieBreaker   uint64
	errorCode    int
	unknown      stun.UnknownAttributes // comprehension-required ones that we don't know
	signed       bool                   // has a MESSAGE-INTEGRITY
}

var (
	errMalformed   = errors.New("malformed STUN message")
	errFingerprint = errors.New("wrong FINGERPRINT")
)

// decode reads a datagram. Attributes behind MESSAGE-INTEGRITY are not looked
// at, but for FINGERPRINT (RFC 8489 section 14.5). A FINGERPRINT may be
// missing; what proves a message genuine is its integrity.
func (m *message) decode(pkt []byte) error {
	*m = message{raw: m.raw, unknown: m.unknown[:0]}
	m.raw.Raw = append(m.raw.Raw[:0], pkt...)
	if err := m.raw.Decode(); err != nil || int(m.raw.Length)+headerLength != len(pkt) {
		return errMalformed
	}
	for i, a := range m.raw.Attributes {
		switch {
		case a.Type == stun.AttrFingerprint:
			if i != len(m.raw.Attributes)-1 || stun.Fingerprint.Check(&m.raw) != nil {
				return errFingerprint
			}
		case m.signed:
		default:
			if err := m.attribute(&a); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *message) attribute(a *stun.RawAttribute) error {
	ok := true
	switch a.Type {
	case stun.AttrMessageIntegrity:
		ok = len(a.Value) == 20
		m.signed = true
	case stun.AttrUsername:
		m.username = a.Value
	case stun.AttrPriority:
		if ok = len(a.Value) == 4; ok {
			m.priority = binary.BigEndian.Uint32(a.Value)
		}
	case stun.AttrUseCandidate:
		m.useCandidate = true
	case stun.AttrICEControlling, stun.AttrICEControlled:
		if ok = len(a.Value) == 8; ok {
			m.tieBreaker = binary.BigEndian.Uint64(a.Value)
		}
		m.role = roleControlled
		if a.Type == stun.AttrICEControlling {
			m.role = roleControlling
		}
	case stun.AttrErrorCode:
		if ok = len(a.Value) >= 4; ok {
			m.errorCode = int(a.Value[2]&7)*100 + int(a.Value[3])
		}
	case stun.AttrXORMappedAddress, stun.AttrMappedAddress, stun.AttrMessageIntegritySHA256,
		stun.AttrRealm, stun.AttrNonce, stun.AttrUnknownAttributes:
	default:
		if a.Type.Required() && len(m.unknown) < maxUnknown {
			m.unknown = append(m.unknown, a.Type)
		}
	}
	if !ok {
		return errMalformed
	}
	return nil
}

// maxUnknown bounds the list in an answer of 420.
const maxUnknown = 8

// verify checks MESSAGE-INTEGRITY with a short-term password.
func (m *message) verify(pwd string) bool {
	return m.signed && pwd != "" && stun.NewShortTermIntegrity(pwd).Check(&m.raw) == nil
}

// request is what a check carries.
type request struct {
	username     string
	pwd          string
	priority     uint32
	role         role
	tieBreaker   uint64
	useCandidate bool
	software     string
}

// encode writes a Binding request (RFC 8445 section 7.1).
func (r *request) encode(id transactionID) []byte {
	m := stun.New()
	m.TransactionID = id
	m.SetType(stun.BindingRequest)
	m.WriteHeader()
	if r.software != "" {
		m.Add(stun.AttrSoftware, []byte(r.software))
	}
	m.Add(stun.AttrUsername, []byte(r.username))
	t := stun.AttrICEControlled
	if r.role == roleControlling {
		t = stun.AttrICEControlling
	}
	m.Add(t, binary.BigEndian.AppendUint64(nil, r.tieBreaker))
	m.Add(stun.AttrPriority, binary.BigEndian.AppendUint32(nil, r.priority))
	if r.useCandidate {
		m.Add(stun.AttrUseCandidate, nil)
	}
	return seal(m, r.pwd)
}

// encodeSuccess writes the answer to a check that came from src.
func encodeSuccess(id transactionID, src netip.AddrPort, pwd string) []byte {
	m := stun.New()
	m.TransactionID = id
	m.SetType(stun.BindingSuccess)
	m.WriteHeader()
	a := stun.XORMappedAddress{IP: net.IP(src.Addr().AsSlice()), Port: int(src.Port())}
	_ = a.AddTo(m) // fails for invalid addresses alone
	return seal(m, pwd)
}

// encodeError writes a refusal; unknown are the attributes that 420 names.
func encodeError(id transactionID, code stun.ErrorCode, unknown stun.UnknownAttributes, pwd string) []byte {
	m := stun.New()
	m.TransactionID = id
	m.SetType(stun.BindingError)
	m.WriteHeader()
	_ = code.AddTo(m) // fails for codes without a text alone
	if len(unknown) > 0 {
		_ = unknown.AddTo(m)
	}
	return seal(m, pwd)
}

// encodeIndication writes a keep-alive (RFC 8445 section 11).
func encodeIndication() []byte {
	m := stun.New()
	m.TransactionID = stun.NewTransactionID()
	m.SetType(stun.NewType(stun.MethodBinding, stun.ClassIndication))
	m.WriteHeader()
	return seal(m, "")
}

// seal appends MESSAGE-INTEGRITY, if there is a password, and FINGERPRINT.
func seal(m *stun.Message, pwd string) []byte {
	if pwd != "" {
		_ = stun.NewShortTermIntegrity(pwd).AddTo(m) // fails behind a FINGERPRINT alone
	}
	_ = stun.Fingerprint.AddTo(m) // never fails
	return m.Raw
}
