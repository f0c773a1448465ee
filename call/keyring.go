package call

import "rtpgo/media/srtp"

// maxKeys bounds the pairs of keys that a media remembers. Whoever goes back to
// a key finds its rollover counters and replay windows as they were.
const maxKeys = 16

// keyring holds the contexts of the keys that a media ever had, the latest used
// last: starting the counters of a key anew would use its key stream twice.
type keyring struct {
	pairs []*srtpKeys
}

// obtain finds or makes the contexts for two keys.
func (r *keyring) obtain(in, out srtp.Params) (*srtpKeys, error) {
	for i, k := range r.pairs {
		if k.in.ID() == in.ID() && k.out.ID() == out.ID() {
			r.pairs = append(append(r.pairs[:i:i], r.pairs[i+1:]...), k)
			return k, nil
		}
	}
	u, err := srtp.NewUnprotector(in)
	if err != nil {
		return nil, err
	}
	p, err := srtp.NewProtector(out)
	if err != nil {
		return nil, err
	}
	k := &srtpKeys{in: u, out: p}
	for _, old := range r.pairs { // one key may stay, or another parameter change
		u.Inherit(old.in)
		if p.Inherit(old.out) {
			k.encrypts = old.encrypts
		}
	}
	r.pairs = append(r.pairs, k)
	if len(r.pairs) > maxKeys {
		r.pairs[0].close()
		r.pairs = append([]*srtpKeys(nil), r.pairs[1:]...)
	}
	return k, nil
}

func (r *keyring) close() {
	for _, k := range r.pairs {
		k.close()
	}
	r.pairs = nil
}

func (k *srtpKeys) close() {
	k.in.Close()
	k.out.Close()
}
