package config

import (
	"strconv"
	"strings"
	"time"
)

// Kind is the type of an option's value.
type Kind uint8

const (
	Bool Kind = iota
	Int
	Float
	Seconds      // a whole number of seconds
	Milliseconds // a whole number of milliseconds
	String
	List // several values: repeated on the command line, separated by ";" in a file
)

// Option is one row of the table.
type Option struct {
	// Name is the long form without dashes, Short the letter or "".
	Name, Short string
	Kind        Kind
	// Arg is the placeholder of the value in help texts.
	Arg string
	// Default as it would be written; "" is none (false, zero, unset).
	Default string
	// Example is a value to show in rtpgo.conf.example where there is no
	// default that would do.
	Example string
	// Enum are the allowed words; matched without regard to case.
	Enum []string
	// Min and Max bound a number where Max > Min.
	Min, Max int64
	// Group is the heading under which help texts list the option.
	Group string
	// Since is the version of rtpgo that first supported the option.
	Since string
	// Own is set for options that rtpengine doesn't have.
	Own bool
	// Doc says what the option does, in sentences.
	Doc string
	// Unsupported says why the option does nothing; "" if it works.
	Unsupported string
	// Refused makes giving the option an error, where going on without what it
	// asks for would be wrong.
	Refused bool
	// CommandLine marks options that have no place in a file.
	CommandLine bool

	field func(*Config) any // pointer to the field that takes the value, nil without one
}

// Supported reports whether the option does something.
func (o *Option) Supported() bool { return o.Unsupported == "" }

// Placeholder is Arg, or the words of Enum, or what fits the kind.
func (o *Option) Placeholder() string {
	switch {
	case o.Kind == Bool:
		return ""
	case o.Arg != "":
		return o.Arg
	case len(o.Enum) > 0:
		return strings.Join(o.Enum, "|")
	case o.Kind == Seconds:
		return "SECS"
	case o.Kind == Milliseconds:
		return "MS"
	case o.Kind == Float:
		return "FLOAT"
	case o.Kind == Int:
		return "INT"
	}
	return "STRING"
}

// TypeName is the kind in one word, for documents.
func (o *Option) TypeName() string {
	switch o.Kind {
	case Bool:
		return "boolean"
	case Int:
		return "integer"
	case Float:
		return "number"
	case Seconds:
		return "seconds"
	case Milliseconds:
		return "milliseconds"
	case List:
		return "list"
	}
	if len(o.Enum) > 0 {
		return "word"
	}
	return "string"
}

// Flags returns "-o, --timeout".
func (o *Option) Flags() string {
	if o.Short == "" {
		return "--" + o.Name
	}
	return "-" + o.Short + ", --" + o.Name
}

// Text is the value that a configuration has for the option, as a file would
// give it; lists are joined by semicolons. It is "" where nothing takes the
// value.
func (o *Option) Text(c *Config) string {
	if o.field == nil {
		return ""
	}
	switch p := o.field(c).(type) {
	case *time.Duration:
		return strconv.FormatInt(int64(*p/o.tick()), 10)
	case *[]string:
		return strings.Join(*p, ";")
	case *string:
		return *p
	case *bool:
		return strconv.FormatBool(*p)
	case *float64:
		return strconv.FormatFloat(*p, 'f', -1, 64)
	case *int:
		return strconv.Itoa(*p)
	case *int64:
		return strconv.FormatInt(*p, 10)
	case *uint8:
		return strconv.Itoa(int(*p))
	case *uint16:
		return strconv.Itoa(int(*p))
	}
	return ""
}

// Check tells whether a value would do for the option.
func (o *Option) Check(value string) error { return o.assign(nil, []string{value}) }

// Lookup finds an option by its long name.
func Lookup(name string) (*Option, bool) {
	for _, o := range table {
		if o.Name == name {
			return o, true
		}
	}
	return nil, false
}

// lookupShort finds an option by its letter.
func lookupShort(letter string) (*Option, bool) {
	for _, o := range table {
		if o.Short == letter && letter != "" {
			return o, true
		}
	}
	return nil, false
}

// Options returns the table, in the order of the documents.
func Options() []*Option { return table }

// Groups returns the headings in their order.
func Groups() []string {
	var list []string
	for _, o := range table {
		if len(list) == 0 || list[len(list)-1] != o.Group {
			list = append(list, o.Group)
		}
	}
	return list
}
