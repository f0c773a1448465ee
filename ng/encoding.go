package ng

// Encoding is the form of a document. A reply uses that of its request.
type Encoding uint8

const (
	Bencode Encoding = iota
	JSON
)

func (e Encoding) String() string {
	if e == JSON {
		return "JSON"
	}
	return "bencode"
}

// EncodingOf is the form that a document seems to have.
func EncodingOf(document []byte) Encoding {
	if len(document) > 0 && document[0] == '{' {
		return JSON
	}
	return Bencode
}

// Append appends the dictionary in this encoding.
func (e Encoding) Append(dst []byte, d Dict) []byte {
	if e == JSON {
		return appendJSON(dst, d)
	}
	return appendBencodeDict(dst, d)
}

// read reads a document into t and tells its encoding.
func (t *tree) read(doc string) (Encoding, error) {
	switch {
	case len(doc) == 0:
		return Bencode, ErrDocument
	case doc[0] == 'd':
		return Bencode, readBencode(t, doc)
	case doc[0] == '{':
		return JSON, readJSON(t, doc)
	}
	return Bencode, ErrDocument
}

// Unmarshal reads a document into a dictionary of strings, integers, lists and
// dictionaries; of repeated keys the first counts. It is for clients: a server
// wants [Decode].
func Unmarshal(doc []byte) (Dict, Encoding, error) {
	t := tree{reply: true} // a full list of calls has more nodes than any request
	enc, err := t.read(string(doc))
	if err != nil {
		return nil, enc, err
	}
	d, _ := value{&t, 0}.plain().(Dict)
	return d, enc, nil
}

// plain turns the value into the types of a reply.
func (v value) plain() any {
	switch v.kind() {
	case kindString:
		s, _ := v.text()
		return s
	case kindInt:
		i, _ := v.integer()
		return i
	case kindList:
		l := List{}
		v.each(func(e value) { l = append(l, e.plain()) })
		return l
	case kindDict:
		d := Dict{}
		seen := map[string]bool{}
		v.entries(func(key string, e value) {
			if !seen[key] {
				seen[key] = true
				d = append(d, Pair{key, e.plain()})
			}
		})
		return d
	}
	return ""
}
