package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"basin/bench/rows"
)

// comparisons are the results of rows, on one machine.
type comparisons struct {
	Machine machine
	Command string
	Limits  rows.Limits
	Results []*result
}

// share computes how near each row comes to the machine's limits. The limit of arithmetic is that of the
// fastest large product of either side.
func (c *comparisons) share() {
	for _, r := range c.Results {
		if r.Row.Work() != "gemm" || r.Row.Flops() < large {
			continue
		}
		for _, w := range r.Variants {
			for _, ms := range slices.Concat(w.Basin, w.Peer) {
				c.Limits.Flops = max(c.Limits.Flops, 1e3*r.Row.Flops()/ms)
			}
		}
	}
	for _, r := range c.Results {
		if r.Row.Flops() == 0 || r.Unit != "ms" {
			continue
		}
		threads := 1.0
		if r.Row.Work() == "threads" {
			threads = 2
		}
		r.Share, r.Bound = c.Limits.Share(r.Row, threads*r.basin())
	}
}

// large is the arithmetic of a product that reaches a machine's limit: 512³.
const large = 2 * 512 * 512 * 512

// header names the columns of the table.
var header = []string{"work", "unit", "Basin", "peers", "÷ plain", "÷ best [quartiles]", "best variant", "bar",
	"", "of the limit"}

// cells are a row of the table.
func (r *result) cells() []string {
	var peers []string
	for _, c := range r.Variants {
		if c.Error != "" {
			peers = append(peers, c.Variant+" failed")
			continue
		}
		s := c.Variant + " " + number(quartiles(c.Peer).Median)
		if compiled(c.Variant) && c.Prepared > 0 {
			s += fmt.Sprintf(" (%.1f s to compile)", c.Prepared)
		}
		peers = append(peers, s)
	}
	plain, against, by := "", "", ""
	if b := r.best(); b != nil {
		against, by = b.ratio().String(), b.Variant
	}
	if variants := rows.Variants(r.Row.Kind); len(variants) > 0 {
		if c := r.variant(variants[0]); c != nil {
			plain = number(c.ratio().Median)
			if r.best() == nil {
				plain = c.ratio().String()
			}
		}
	}
	share := ""
	if r.Share > 0 {
		share = fmt.Sprintf("%.0f %% %s", 100*r.Share, r.Bound)
	}
	bars, _ := r.bars()
	return []string{r.Row.Name, r.Unit, number(r.basin()), strings.Join(peers, ", "), plain, against, by,
		strings.Join(bars, ", "), r.verdict(), share}
}

// markdown is the table with the machine's facts and the command.
func (c *comparisons) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "`%s`  \n%s  \n", c.Command, c.Machine)
	fmt.Fprintf(&b, "limits of one thread: %.0f GFLOP/s", c.Limits.Flops/1e9)
	for _, s := range c.Limits.Bandwidth {
		fmt.Fprintf(&b, ", %.0f GB/s within %s", s.Rate/1e9, size(s.Footprint))
	}
	fmt.Fprintf(&b, "\n\n| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat("---|", len(header)))
	for _, r := range c.Results {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r.cells(), " | "))
	}
	if w := worst(c.Results); w != nil {
		fmt.Fprintf(&b, "\nWorst matrix product: %s, %s of %s.\n", w.Row.Name, w.best().ratio(), w.best().Variant)
	}
	if short := c.short(); len(short) > 0 {
		fmt.Fprintf(&b, "\nShort of their bars: %s.\n", strings.Join(short, ", "))
	}
	return b.String()
}

// compiled reports whether a variant is compiled at its first call. torch.compile may find parts in its cache
// on disk.
func compiled(variant string) bool {
	return variant == "compiled" || variant == "tuned" || strings.HasPrefix(variant, "jax")
}

func (c *comparisons) short() (names []string) {
	for _, r := range c.Results {
		if r.verdict() == "short" {
			names = append(names, r.Row.Name)
		}
	}
	return names
}

func size(bytes float64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%.0f KiB", bytes/(1<<10))
	}
	return fmt.Sprintf("%.0f MiB", bytes/(1<<20))
}

const begin, end = "<!-- begin: written by go run ./bench/compare engine --write -->", "<!-- end -->"

// insert puts text between the markers of a document.
func insert(document []byte, text string) ([]byte, error) {
	from := bytes.Index(document, []byte(begin))
	if from < 0 {
		return nil, fmt.Errorf("no line %q", begin)
	}
	from += len(begin)
	length := bytes.Index(document[from:], []byte(end))
	if length < 0 {
		return nil, fmt.Errorf("no line %q after the first marker", end)
	}
	return slices.Concat(document[:from], []byte("\n\n"+text+"\n"), document[from+length:]), nil
}

// write puts the table into a document.
func (c *comparisons) write(path string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if document, err = insert(document, c.markdown()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, document, 0o644)
}

// merge adds the rows that were not measured now from an earlier file of results, in the order of all rows.
func (c *comparisons) merge(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var before comparisons
	if err := json.Unmarshal(text, &before); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	c.Results = merged(before.Results, c.Results)
	c.share()
	return nil
}

func merged(before, now []*result) (all []*result) {
	for _, r := range rows.All() {
		for _, from := range [][]*result{now, before} {
			if i := slices.IndexFunc(from, func(x *result) bool { return x.Row.Name == r.Name }); i >= 0 {
				found := *from[i]
				found.Row = r // with its present bars
				all = append(all, &found)
				break
			}
		}
	}
	return all
}

// save writes JSON.
func (c *comparisons) save(path string) error {
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
