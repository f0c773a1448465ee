package ng

import "errors"

// Get is the value under a key, nil when there is none.
func (d Dict) Get(key string) any {
	for _, p := range d {
		if p.Key == key {
			return p.Value
		}
	}
	return nil
}

// Text is the string under a key, "" when there is none.
func (d Dict) Text(key string) string {
	s, _ := d.Get(key).(string)
	return s
}

// Int is the integer under a key, 0 when there is none.
func (d Dict) Int(key string) int64 {
	i, _ := plain(d.Get(key)).(int64)
	return i
}

// Dict is the dictionary under a key, nil when there is none.
func (d Dict) Dict(key string) Dict {
	v, _ := d.Get(key).(Dict)
	return v
}

// List is the list under a key, nil when there is none.
func (d Dict) List(key string) List {
	v, _ := d.Get(key).(List)
	return v
}

// Err is the reason of a reply with result error or load limit, else nil.
func (d Dict) Err() error {
	switch result := d.Text("result"); result {
	case "error":
		return errors.New(d.Text("error-reason"))
	case "load limit":
		if m := d.Text("message"); m != "" {
			return errors.New("load limit: " + m)
		}
		return errors.New("load limit")
	}
	return nil
}
