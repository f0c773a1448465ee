package ng

import (
	"slices"
	"strings"
)

// Templates are the signalling templates of the configuration: strings of flags
// as in "rtpp-flags", by name. Those called "default" and like a command are
// applied to every request of that command, in this order, others where a
// request names them with "template". What a request says itself comes later
// and has priority (rtpengine's man page, "Signalling templates").
type Templates map[string]string

// defaultTemplate is applied to every request.
const defaultTemplate = "default"

// maxTemplates bounds templates that name others.
const maxTemplates = 8

// Decode is the function [Decode] with templates.
func (t Templates) Decode(doc []byte) (*Request, Encoding, error) {
	r := new(Request)
	enc, err := t.decode(doc, r)
	if err != nil {
		return nil, enc, err
	}
	return r, enc, nil
}

// decode is Decode into an empty request.
func (t Templates) decode(doc []byte, r *Request) (Encoding, error) {
	d := decoders.Get().(*decoder)
	defer d.release()
	enc, err := d.t.read(string(doc))
	if err != nil {
		return enc, err
	}
	d.r, d.templates = r, t
	root := value{&d.t, 0}
	if len(t) > 0 {
		d.apply(defaultTemplate)
		d.apply(d.command(root))
	}
	d.entries(root)
	d.finish()
	return enc, nil
}

// command is the value of the key "command".
func (d *decoder) command(root value) string {
	end := d.t.nodes[root.i].next
	for j := root.i + 1; j < end; {
		e := value{&d.t, j + 1}
		if d.t.nodes[j].str == "command" {
			s, _ := e.text()
			return s
		}
		j = d.t.nodes[e.i].next
	}
	return ""
}

// template applies the template that a request or another template names.
func (d *decoder) template(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	d.r.Template = Text{s, true}
	if !d.apply(s) {
		d.useless("template", s, "no template of that name is configured")
	}
}

// apply reads a template into the request; false when there is none.
func (d *decoder) apply(name string) bool {
	s, ok := d.templates[name]
	if !ok || d.inTemplate == maxTemplates {
		return ok
	}
	d.inTemplate++
	d.words(s)
	d.inTemplate--
	return true
}

// Check tells what in the templates has no effect, one line each: words that
// nobody knows, those that need a part of rtpgo that isn't built, templates
// that are named but don't exist.
func (t Templates) Check() (lines []string) {
	for name, s := range t {
		d := decoders.Get().(*decoder)
		d.r, d.templates = new(Request), t
		d.words(s)
		for _, u := range d.r.Unknown {
			lines = append(lines, "template "+name+": unknown "+u.String())
		}
		for _, u := range d.r.Unsupported {
			lines = append(lines, "template "+name+": "+u+" isn't built and has no effect")
		}
		d.release()
	}
	slices.SortFunc(lines, strings.Compare)
	return lines
}
