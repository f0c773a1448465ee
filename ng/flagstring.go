package ng

// flagString reads an "rtpp-flags" string: words and key=value separated by
// blanks, where a value may be a list or a dictionary in square brackets
// (ng_control_protocol.md, "rtpp flags").
//
//	replace-origin label=callee codec=[transcode=[PCMA PCMU] strip=[EVS]]
func (d *decoder) flagString(s string) {
	if d.inString {
		d.unknown(stringWords.where, "rtpp-flags")
		return
	}
	d.words(s)
}

// words reads what stands in a string of flags.
func (d *decoder) words(s string) {
	outside := d.inString
	d.inString = true
	defer func() { d.inString = outside }()
	for p := (&stringParser{&d.t, s, 0}); ; {
		name, isKey, ok := p.name()
		switch {
		case !ok:
			return
		case !isKey:
			d.flag(name)
		default:
			v, err := p.value(0)
			if err != nil {
				d.unknown(stringWords.where, name)
				return
			}
			if name != "" {
				d.key(name, v)
			}
		}
	}
}

// stringParser turns the bracket syntax into values of a tree. It refuses
// only what exceeds the limits: an unclosed bracket ends with the string.
type stringParser struct {
	t   *tree
	s   string
	pos int
}

// name reads up to a blank or behind an equals sign.
func (p *stringParser) name() (name string, isKey, ok bool) {
	p.blanks()
	start := p.pos
	for ; p.pos < len(p.s); p.pos++ {
		switch p.s[p.pos] {
		case ' ':
			return p.s[start:p.pos], false, true
		case '=':
			p.pos++
			return p.s[start : p.pos-1], true, true
		}
	}
	return p.s[start:], false, start < len(p.s)
}

func (p *stringParser) blanks() {
	for p.pos < len(p.s) && p.s[p.pos] == ' ' {
		p.pos++
	}
}

func (p *stringParser) peek() byte {
	if p.pos < len(p.s) {
		return p.s[p.pos]
	}
	return 0
}

// value reads a bracketed list or dictionary, or a word.
func (p *stringParser) value(depth int) (value, error) {
	if p.peek() != '[' {
		start := p.pos
		for c := p.peek(); p.pos < len(p.s) && c != ' ' && (c != ']' || depth == 0); c = p.peek() {
			p.pos++
		}
		i, err := p.t.add(kindString, p.s[start:p.pos])
		return value{p.t, i}, err
	}
	if depth == maxDepth {
		return value{}, errDeep
	}
	p.pos++
	k := kindList
	if p.dictAhead() {
		k = kindDict
	}
	i, err := p.t.add(k, "")
	if err != nil {
		return value{}, err
	}
	for p.blanks(); p.pos < len(p.s); p.blanks() {
		if p.s[p.pos] == ']' {
			p.pos++
			break
		}
		if k == kindDict && !p.key() {
			continue
		}
		if _, err = p.value(depth + 1); err != nil {
			return value{}, err
		}
	}
	p.t.close(i)
	return value{p.t, i}, nil
}

// dictAhead tells whether the first item of a bracket has the form name=value.
func (p *stringParser) dictAhead() bool {
	p.blanks()
	for i := p.pos; i < len(p.s); i++ {
		switch p.s[i] {
		case '=':
			return i > p.pos
		case ' ', '[', ']':
			return false
		}
	}
	return false
}

// key reads the name of a dictionary's entry up to behind the equals sign; an
// item without one is skipped.
func (p *stringParser) key() bool {
	start := p.pos
	for ; p.pos < len(p.s); p.pos++ {
		switch p.s[p.pos] {
		case '=':
			p.pos++
			_, err := p.t.add(kindString, p.s[start:p.pos-1])
			return err == nil
		case ' ':
			return false
		case ']':
			if p.pos > start {
				return false
			}
		}
	}
	return false
}
