package config

// didYouMean returns "; did you mean NAME?" with the option whose name is
// nearest, or "" if none is near.
func didYouMean(prefix, name string) string {
	best, distance := "", len(name)/3+2
	for _, o := range table {
		if d := editDistance(name, o.Name); d < distance {
			best, distance = o.Name, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + prefix + best + "?"
}

// editDistance counts the insertions, deletions and replacements of octets
// that make b of a. Names longer than any option count as far away.
func editDistance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
