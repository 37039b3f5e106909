package results

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"basin/record"
)

// columnName names the column of a record's values. It is the quantity's name, "mc", for the entry named as its
// kind at the end of training; else the entry and the points are said: "control.min_delta", "train_loss@code",
// "mc@train..code".
func columnName(entry, kind, quantity, at string) string {
	if entry != kind {
		quantity = entry + "." + quantity
	}
	if at != "" {
		quantity += "@" + at
	}
	return quantity
}

// points names the moments that a record is of: "" for the end of training, "code", or "train..code" for two of
// one replica.
func points(of []record.Point) string {
	if len(of) == 0 {
		return ""
	}
	first, last := of[0].At, of[len(of)-1].At
	switch {
	case first != last:
		return first + ".." + last
	case first == record.Trained:
		return ""
	}
	return first
}

// source is where a column's values come from.
type source struct{ measure, quantity, at string }

// columns are those that a run's records fill.
type columns struct {
	list []record.Quantity
	of   map[source]int // index into list
}

// newColumns orders columns by quantity as declared (unknown ones follow by name), then by entry, the one named as
// its kind first, then by point, trained networks first.
func newColumns(seen map[source]bool, declared []record.Quantity, kinds map[string]string) columns {
	place := map[string]int{}
	for i, q := range declared {
		place[q.Name] = i
	}
	var all []source
	for s := range seen {
		all = append(all, s)
		if _, known := place[s.quantity]; !known {
			place[s.quantity] = len(declared)
		}
	}
	slices.SortFunc(all, func(a, b source) int {
		return cmp.Or(cmp.Compare(place[a.quantity], place[b.quantity]), natural(a.quantity, b.quantity),
			compareEntries(a.measure, b.measure, kinds), comparePoints(a.at, b.at))
	})
	c := columns{of: map[source]int{}}
	index := map[string]int{}
	for _, s := range all {
		q := named(s.quantity)
		if i := place[s.quantity]; i < len(declared) {
			q = declared[i]
		}
		q = decorate(q, s, kind(s.measure, kinds))
		i, known := index[q.Name]
		if !known {
			i = len(c.list)
			index[q.Name] = i
			c.list = append(c.list, q)
		}
		c.of[s] = i
	}
	return c
}

// kind of an entry: its name, unless the run says otherwise.
func kind(entry string, kinds map[string]string) string {
	if k, ok := kinds[entry]; ok {
		return k
	}
	return entry
}

// compareEntries puts the one that is named as its kind first.
func compareEntries(a, b string, kinds map[string]string) int {
	rank := func(entry string) int {
		if kind(entry, kinds) == entry {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// decorate says in a quantity's texts which entry and point a column is of.
func decorate(q record.Quantity, s source, kind string) record.Quantity {
	q.Name = columnName(s.measure, kind, q.Name, s.at)
	if s.measure != kind {
		q.Title += " (" + s.measure + ")"
		q.Symbol = s.measure + " " + q.Symbol
	}
	if s.at != "" {
		q.Title += " at " + s.at
		q.Symbol += "@" + s.at
	}
	return q
}

// comparePoints puts the end of training first, then the moments before it as they come, then stages by name.
func comparePoints(a, b string) int {
	rank := func(at string) int {
		switch {
		case at == "":
			return 0
		case at == "initial":
			return 1
		case strings.HasPrefix(at, "epoch "):
			return 2
		case strings.HasPrefix(at, "step "):
			return 3
		}
		return 4
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), natural(a, b))
}

// natural compares texts, numbers at their ends by size: "eigenvalue_2" comes before "eigenvalue_10".
func natural(a, b string) int {
	split := func(s string) (string, int) {
		head := strings.TrimRight(s, "0123456789")
		n, _ := strconv.Atoi(s[len(head):])
		return head, n
	}
	x, i := split(a)
	y, j := split(b)
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(i, j), cmp.Compare(a, b))
}
