package call

import (
	"strings"

	"rtpgo/media/srtp"
	"rtpgo/ng"
)

// The lists of SDES (RFC 4568): what was received, what is offered, what is
// answered. The flags are those of rtpengine's documentation of "SDES".

// acceptable are the lines of an offer that its sender may be answered with:
// those that "no-" and "only-" leave, all when they leave none, and all with
// "nonew".
func acceptable(in []cryptoLine, f *ng.SDES) []cryptoLine {
	var out []cryptoLine
	for _, c := range in {
		if f.Nonew || sdesAllowed(f, c.suite) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return in
	}
	return out
}

// preferred puts the first suite of "offerer_pref" that was received first,
// ahead of those that are acceptable. It may be one that is not offered to the
// other side.
func preferred(received, acceptable []cryptoLine, preferences []string) (out []cryptoLine, moved bool) {
	for _, name := range preferences {
		for i := range received {
			if !strings.EqualFold(received[i].suite, name) {
				continue
			}
			first := received[i]
			if acceptable[0].tag == first.tag && acceptable[0].suite == first.suite {
				return acceptable, false
			}
			out = append(out, first)
			for _, c := range acceptable {
				if c.tag != first.tag || c.suite != first.suite {
					out = append(out, c)
				}
			}
			return out, true
		}
	}
	return acceptable, false
}

// offeredCryptos is the list for the receiver of an offer: what the sender
// offered comes first, with its tags and keys, so that packets can pass without
// being encrypted anew; then what the receiver was shown before, and the other
// suites with new keys. Tags count on.
func offeredCryptos(received, before []cryptoLine, f *ng.SDES) []cryptoLine {
	var list []cryptoLine
	next := 1
	add := func(c cryptoLine) {
		list = append(list, c)
		next = max(next, c.tag+1)
	}
	for _, c := range received {
		if f.Nonew || sdesAllowed(f, c.suite) {
			c.session = c.session.with(f)
			add(c)
		}
	}
	for _, c := range before {
		if findSuite(list, c.suite) == nil {
			c.tag = max(c.tag, next)
			add(c)
		}
	}
	for _, suite := range srtp.Suites {
		if f.Nonew || !sdesAllowed(f, suite.Name) || findSuite(list, suite.Name) != nil {
			continue
		}
		c := newCrypto(next, suite)
		c.session = c.session.with(f)
		add(c)
	}
	return orderCryptos(list, f.Order)
}

// sdesAllowed applies SDES-no-X and SDES-only-X; only goes first.
func sdesAllowed(f *ng.SDES, suite string) bool {
	if len(f.Only) > 0 {
		return named(f.Only, suite)
	}
	return !named(f.No, suite)
}

func named(list []string, name string) bool {
	for _, n := range list {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// orderCryptos puts the named suites first (SDES-order); tags stay.
func orderCryptos(list []cryptoLine, order []string) []cryptoLine {
	if len(order) == 0 {
		return list
	}
	var first, rest []cryptoLine
	for _, n := range order {
		if c := findSuite(list, n); c != nil {
			first = append(first, *c)
		}
	}
	for _, c := range list {
		if findSuite(first, c.suite) == nil {
			rest = append(rest, c)
		}
	}
	return append(first, rest...)
}

// answeredCrypto finds the offered line that an answer took: by tag and suite
// (RFC 4568 section 5.1.2).
func answeredCrypto(offered, answer []cryptoLine) (ours, theirs *cryptoLine) {
	if len(answer) == 0 {
		return nil, nil
	}
	for i := range offered {
		if offered[i].tag == answer[0].tag && offered[i].suite == answer[0].suite {
			return &offered[i], &answer[0]
		}
	}
	return nil, nil
}

// answerCrypto answers an offer: with the suite that the other side answered
// where that suite was offered, else with the first line; with reordered the
// first line counts in any case. The key answered before stays as long as tag and
// suite do, with static whatever the other side has answered; else it is that of
// the other side, so that packets can pass without being encrypted anew, or one
// of ours.
func answerCrypto(offered []cryptoLine, reordered, static bool, other, before []cryptoLine) (answer, taken *cryptoLine) {
	if static {
		if ours, theirs := answeredCrypto(offered, before); ours != nil {
			return theirs, ours
		}
	}
	taken = &offered[0]
	var their *cryptoLine
	if len(other) > 0 {
		if o := findSuite(offered, other[0].suite); o != nil && (!reordered || o == taken) {
			taken, their = o, &other[0]
		}
	}
	switch {
	case len(before) > 0 && before[0].tag == taken.tag && before[0].suite == taken.suite:
		return &before[0], taken
	case their != nil:
		return &cryptoLine{tag: taken.tag, suite: taken.suite, key: their.key, mki: their.mki, session: their.session}, taken
	}
	c := newCrypto(taken.tag, srtp.SuiteByName(taken.suite))
	c.session = taken.session
	return &c, taken
}
