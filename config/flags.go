package config

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// Flags makes a flag set of the whole table. What was given to it is read by
// Parse; it checks no value itself, so that Parse can name them all at once.
func Flags() *pflag.FlagSet {
	fs := pflag.NewFlagSet("rtpgo", pflag.ContinueOnError)
	fs.SortFlags = false
	fs.Usage = func() {}
	for _, o := range table {
		f := fs.VarPF(&given{option: o}, o.Name, o.Short, o.Doc)
		f.DefValue = o.Default
		if o.Kind == Bool {
			f.NoOptDefVal = "true"
		}
	}
	return fs
}

// given keeps the values of one flag as they were written.
type given struct {
	option *Option
	values []string
}

func (g *given) Set(s string) error {
	g.values = append(g.values, s)
	return nil
}

func (g *given) String() string {
	if g.option == nil {
		return ""
	}
	return g.option.Default
}

func (g *given) Type() string { return g.option.Placeholder() }

// flagValues returns what was given for an option, nil if nothing was.
func flagValues(fs *pflag.FlagSet, o *Option) []string {
	if fs == nil {
		return nil
	}
	f := fs.Lookup(o.Name)
	if f == nil || !f.Changed {
		return nil
	}
	if g, ok := f.Value.(*given); ok {
		return g.values
	}
	return []string{f.Value.String()}
}

// explain adds the nearest name to an error about an unknown flag.
func explain(err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return fmt.Errorf("unknown option -%s", name)
	}
	return fmt.Errorf("unknown option --%s%s", name, didYouMean("--", name))
}
