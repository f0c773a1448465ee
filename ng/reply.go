package ng

// Dict is an ordered dictionary of a reply. Values are string, int64, Dict or List.
type Dict []Pair

// Pair is one key and its value.
type Pair struct {
	Key   string
	Value any
}

// List is a list of a reply; elements as in Dict.
type List []any

// Error is the reply to a request that failed.
func Error(reason string) Dict {
	return Dict{{"result", "error"}, {"error-reason", reason}}
}
