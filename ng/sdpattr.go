package ng

import "strings"

// sdpAttrCommands are the keys of one section of "sdp-attr".
var sdpAttrCommands = section{
	where: "sdp-attr", title: "Commands of `sdp-attr`",
	intro: "`sdp-attr` is a dictionary of sections (`none`, `global` or `session` for the session, `audio`, `video` and other media types), each a dictionary of these commands. An attribute is written without `a=`. Also in `flags` as `sdp-attr-COMMAND-SECTION-ATTRIBUTE`.",
	words: []word{
		{names: []string{"add"}, takes: "list of attributes", doc: "append, unless already there"},
		{names: []string{"remove"}, takes: "list of attributes", doc: "take out: by name, by name and value, or by the whole line"},
		{names: []string{"substitute", "substitude"}, takes: "list of lists of two", doc: "replace the first by the second"},
	},
}

const (
	attrAdd = iota
	attrRemove
	attrSubstitute
)

// attrSections are the sections by the name that Request.SDPAttr uses.
var attrSections = map[string]string{
	"none": "none", "global": "none", "session": "none",
	"audio": "audio", "video": "video", "image": "image", "text": "text",
	"application": "application", "message": "message",
}

func (d *decoder) sdpAttr(v value) {
	v.entries(func(section string, commands value) {
		a := d.attrSection(section)
		if a == nil {
			return
		}
		commands.entries(func(command string, values value) {
			w := sdpAttrCommands.find(command)
			if w == nil {
				d.unknown(sdpAttrCommands.where, command)
				return
			}
			switch w.id {
			case attrAdd:
				values.eachText(func(s string) { a.Add = append(a.Add, d.attr(s)) })
			case attrRemove:
				values.eachText(func(s string) { a.Remove = append(a.Remove, d.attr(s)) })
			case attrSubstitute:
				values.each(func(e value) { d.substitute(a, e) })
			}
		})
	})
}

// substitute takes a list of two strings; inside an rtpp-flags string also
// "old>new". A flat list of two has no effect in the reference.
func (d *decoder) substitute(a *SDPAttr, v value) {
	if s, ok := v.text(); ok {
		if d.inString {
			d.substituteText(a, s)
		}
		return
	}
	var pair [2]string
	n := 0
	v.eachText(func(s string) {
		if n < len(pair) {
			pair[n] = d.attr(s)
		}
		n++
	})
	if n >= len(pair) { // "only first two values will be taken"
		a.Substitute = append(a.Substitute, pair)
	}
}

func (d *decoder) substituteText(a *SDPAttr, s string) {
	if from, to, ok := strings.Cut(s, ">"); ok {
		a.Substitute = append(a.Substitute, [2]string{unescape(from), unescape(to)})
	}
}

// sdpAttrFlag takes what follows "sdp-attr-" in an entry of flags:
// command-section-attribute.
func (d *decoder) sdpAttrFlag(s string) {
	command, rest, _ := strings.Cut(s, "-")
	section, attr, _ := strings.Cut(rest, "-")
	w := sdpAttrCommands.find(command)
	if w == nil || attr == "" {
		d.unknown(flags.where, "sdp-attr-"+s)
		return
	}
	a := d.attrSection(section)
	switch {
	case a == nil:
	case w.id == attrAdd:
		a.Add = append(a.Add, unescape(attr))
	case w.id == attrRemove:
		a.Remove = append(a.Remove, unescape(attr))
	case w.id == attrSubstitute:
		d.substituteText(a, attr)
	}
}

// attrSection finds or makes the entry of a section, nil for an unknown one.
func (d *decoder) attrSection(name string) *SDPAttr {
	known, ok := attrSections[name]
	if !ok {
		d.useless(sdpAttrCommands.where, name, "not a section: none, audio, video, ...")
		return nil
	}
	name = known
	a := d.r.SDPAttr[name]
	if a == nil {
		a = new(SDPAttr)
		if d.r.SDPAttr == nil {
			d.r.SDPAttr = make(map[string]*SDPAttr)
		}
		d.r.SDPAttr[name] = a
	}
	return a
}

// attr is an attribute as given: in a string of flags it is escaped, in a
// dictionary it isn't.
func (d *decoder) attr(s string) string {
	if d.inString {
		return unescape(s)
	}
	return s
}

// unescape undoes the writing of values in flags, where neither "=" nor a
// blank can stand.
func unescape(s string) string {
	if strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "=")
	}
	if strings.Contains(s, "..") {
		s = strings.ReplaceAll(s, "..", " ")
	}
	return s
}
