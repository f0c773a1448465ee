package explain

import (
	"net/netip"
	"reflect"
	"testing"
	"time"
)

// fill gives every field of v a value of its own, other than zero.
func fill(t *testing.T, v reflect.Value, n *int) {
	*n++
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(1_700_000_000+int64(*n), int64(*n))
		return
	case *netip.Addr:
		*p = netip.AddrFrom4([4]byte{192, 0, 2, byte(*n)})
		if *n%2 == 0 {
			*p = netip.MustParseAddr("fe80::1%eth0")
		}
		return
	case *netip.AddrPort:
		*p = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(*n)}), uint16(1000+*n))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("text " + string(rune('a'+*n%26)))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(-*n))
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n) % 251)
	case reflect.Float64:
		v.SetFloat(float64(*n) / 8)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	default:
		t.Fatalf("what is a %s to be filled with?", v.Type())
	}
}

// TestPack: every field there is comes back, one after the other forgotten or not.
func TestPack(t *testing.T) {
	var c Call
	n := 0
	fill(t, reflect.ValueOf(&c).Elem(), &n)
	for _, want := range []Call{c, {Sides: []Side{}}, {Sides: make([]Side, 3)}} {
		b := append(Pack(nil, &want), "rest"...)
		got, rest := Unpack(b)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%+v\nwant\n%+v", got, want)
		}
		if string(rest) != "rest" {
			t.Errorf("left %q", rest)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	c := Call{Created: time.Now(), Answered: time.Now(), Signalled: time.Now(), Now: time.Now(), Ended: true, EndReason: "deleted", Sides: make([]Side, 2)}
	for i := range c.Sides {
		s := &c.Sides[i]
		s.Tag, s.Type, s.Protocol, s.Interface = "a1b2c3d4e5", "audio", "RTP/AVP", "public"
		for j := range s.Streams {
			f := &s.Streams[j]
			f.Local = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 20000)
			f.Told, f.Signalled, f.Remote = f.Local, f.Local, f.Local
		}
	}
	var room []byte
	b.ReportAllocs()
	for b.Loop() {
		room = Pack(room[:0], &c)
	}
	b.ReportMetric(float64(len(room)), "octets")
}
