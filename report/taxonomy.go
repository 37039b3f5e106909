package report

import (
	"strconv"
	"strings"

	"basin/phase"
	"basin/results"
)

var taxonomy = Picture{
	Name: "taxonomy",
	Doc:  "all main quantities and the phases, on shared axes",
	Draw: func(run *results.Run) ([]Figure, error) {
		d := phase.New(run)
		main := run.Main()
		withPhases := d.Labelled() || len(main) == 0
		var out []Figure
		for k := range run.Sheets() {
			p := newPlane(d, k)
			var tiles []tile
			for _, q := range main {
				t := heatTile(p, q, newScale(q, d))
				t.boundaries = true
				tiles = append(tiles, t)
			}
			title := count(len(main), "map") + " of " + run.Name
			if withPhases {
				tiles = append(tiles, phaseTile(p, legendOf(p), false))
				title = count(len(main), "map") + " and the phase diagram of " + run.Name
			}
			lettered(tiles)
			name := numbered("taxonomy", k, run.Sheets() > 1)
			explained := notes([]plane{p}, main, withPhases, false)
			out = append(out, arrange(name, title, heads(run, run.SheetLabel(k)), d, small, tiles, explained))
		}
		return out, nil
	},
}

// lettered puts its letter before the titles of each of several tiles: (a) to (z), then (aa).
func lettered(tiles []tile) {
	if len(tiles) < 2 {
		return
	}
	for i := range tiles {
		tiles[i].titles = withLetter(i, tiles[i].titles)
	}
}

func withLetter(i int, titles []string) []string {
	letters := ""
	for n := i; n >= 0; n = n/26 - 1 {
		letters = string(rune('a'+n%26)) + letters
	}
	out := make([]string, len(titles))
	for k, t := range titles {
		out[k] = "(" + letters + ") " + t
	}
	return out
}

// heads are what is written over a figure, the first that fits: the run's name and, if it is not clear, what of
// the run this is.
func heads(run *results.Run, what string) []string {
	if what == "" {
		return []string{run.Name}
	}
	return []string{run.Name + ": " + what, what}
}

// numbered gives each of several figures its number.
func numbered(name string, i int, several bool) string {
	if several {
		return name + "-" + strconv.Itoa(i+1)
	}
	return name
}

// fileName keeps what is safe in the name of a file on any system.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._@", r) {
			return r
		}
		return '-'
	}, s)
}
