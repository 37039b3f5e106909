package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"basin/bench/rows"
)

type engineCommand struct {
	Rows       []string `help:"Only rows whose name contains one of these."`
	Pairs      int      `default:"5" help:"How often each side does each row."`
	Seconds    float64  `default:"0.1" help:"How long each side does short work, each time."`
	Quick      bool     `help:"Two pairs, and neither the variants that take long to compile nor JAX's."`
	Fraction   float64  `default:"0.05" help:"Share of the digits sweep's cells."`
	SweepPairs int      `default:"2" help:"How often each side does the digits sweep and its training."`
	Merge      string   `help:"A file of results: rows that are not run now are taken from it, and all are written to it."`
	Write      bool     `help:"Replace the table in docs/performance.md."`
}

// session is a running comparison.
type session struct {
	*engineCommand
	peer    peer
	engine  rows.Engine
	servers map[string]*server
	dir     string
	binary  binary
}

func (c *engineCommand) Run(f *flags) error {
	if c.Quick {
		c.Pairs, c.SweepPairs = min(c.Pairs, 2), 1
	}
	if c.Pairs < 1 || c.SweepPairs < 1 {
		return fmt.Errorf("--pairs and --sweep-pairs must be at least 1")
	}
	if err := ready(f); err != nil {
		return err
	}
	m, err := describe(f.Python)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "basin-compare-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	runtime.GOMAXPROCS(1)
	e, err := rows.New()
	if err != nil {
		return err
	}
	t := &session{
		engineCommand: c, peer: peer{python: f.Python, root: "."}, engine: e, servers: map[string]*server{}, dir: dir,
	}
	defer func() {
		for _, s := range t.servers {
			s.close()
		}
	}()
	all := &comparisons{Machine: m, Command: command(os.Args[1:])}
	if all.Limits, err = rows.Measure(e); err != nil {
		return err
	}
	fmt.Println(m)
	for _, r := range rows.All() {
		if len(c.Rows) > 0 && !slices.ContainsFunc(c.Rows, func(s string) bool { return strings.Contains(r.Name, s) }) {
			continue
		}
		found, err := t.row(r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		if found == nil {
			fmt.Printf("%s: left out, it needs two cores\n", r.Name)
			continue
		}
		all.Results = append(all.Results, found)
		all.share()
		fmt.Println(found.line())
	}
	if c.Merge != "" {
		if err := all.merge(c.Merge); err != nil {
			return err
		}
		if err := all.save(c.Merge); err != nil {
			return err
		}
	}
	fmt.Println()
	fmt.Print(all.markdown())
	if f.JSON != "" {
		if err := all.save(f.JSON); err != nil {
			return err
		}
	}
	if c.Write {
		return all.write(filepath.Join("docs", "performance.md"))
	}
	return nil
}

// line is a row for the terminal.
func (r *result) line() string {
	s := r.cells()
	line := fmt.Sprintf("%-36s Basin %s %s | %s", s[0], s[2], s[1], s[3])
	for i, name := range []string{"plain", "best"} {
		if v := s[4+i]; v != "" {
			line += fmt.Sprintf(" | ÷ %s %s", name, v)
		}
	}
	if s[7] != "" {
		line += fmt.Sprintf(" | %s: %s", s[7], s[8])
	}
	if s[9] != "" {
		line += " | " + s[9]
	}
	return line
}

// ready makes the peers' environment if it or a peer in it is missing, unless the user named another one.
func ready(f *flags) error {
	complete := exec.Command(f.Python, "-c",
		"from importlib.util import find_spec; assert all(map(find_spec, ['torch', 'jax', 'sklearn']))")
	if f.Python != defaultPython() || complete.Run() == nil {
		return nil
	}
	fmt.Println("making the peers' environment")
	cmd := exec.Command("bash", filepath.Join("bench", "peers", "setup.sh"))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("bench/peers/setup.sh: %w; run this command from the repository's root", err)
	}
	return nil
}

// row compares one row. It returns nil if this machine cannot run it.
func (t *session) row(r rows.Row) (*result, error) {
	if slices.Contains([]string{"threads", "sweep", "training"}, r.Work()) && runtime.NumCPU() < 2 {
		return nil, nil
	}
	switch r.Work() {
	case "memory":
		return t.memory(r)
	case "compile":
		return t.compile(r)
	case "sweep":
		return t.sweep(r)
	case "training":
		return t.training(r)
	}
	threads, e := 1, t.engine
	if r.Work() == "threads" {
		threads, e = 2, t.engine.Threads(2)
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	ours, err := r.Start(e)
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	budget := time.Duration(t.Seconds * float64(time.Second))
	basin := func() (float64, error) { return ours.Milliseconds(budget) }
	var alone *rows.Work // the same work with one thread
	if r.Work() == "threads" {
		if alone, err = r.Start(t.engine); err != nil {
			return nil, err
		}
		defer alone.Close()
	}
	return t.alternate(r, "ms", t.Pairs, basin, func(variant string) (answer, error) {
		if variant == rows.OneThread {
			ms, err := alone.Milliseconds(budget)
			return answer{MS: ms}, err
		}
		s, err := t.server(variant)
		if err != nil {
			return answer{}, err
		}
		return s.time(r, variant, t.Seconds, threads)
	})
}

// slow is the milliseconds from which three pairs of a row are enough: longer work is less noisy, and the whole
// comparison should stay short.
const slow = 1000

// alternate times Basin and each variant in turn, Basin first in every other pair.
func (t *session) alternate(
	r rows.Row, unit string, pairs int, basin func() (float64, error), theirs func(variant string) (answer, error),
) (*result, error) {
	found := &result{Row: r, Unit: unit}
	for _, variant := range t.variants(r) {
		found.Variants = append(found.Variants, &comparison{Variant: variant})
	}
	if len(found.Variants) == 0 {
		for range pairs {
			x, err := basin()
			if err != nil {
				return nil, err
			}
			found.Basin = append(found.Basin, x)
		}
	}
	for _, c := range found.Variants { // the first time does not count: Python compiles, caches fill
		if r.Work() == "sweep" || r.Work() == "training" || r.Work() == "memory" {
			break
		}
		a, err := theirs(c.Variant)
		if err != nil {
			return nil, err
		}
		c.Prepared, c.Error = a.Prepared, a.Error
		if a.MS*float64(r.Vectors()) > slow {
			pairs = min(pairs, 3)
		}
	}
	for pair := range pairs {
		for _, c := range found.Variants {
			if c.Error != "" {
				continue
			}
			var x float64
			var y answer
			turns := []func() error{
				func() (err error) { x, err = basin(); return },
				func() (err error) { y, err = theirs(c.Variant); return },
			}
			for i := range turns {
				if err := turns[(i+pair)%2](); err != nil {
					return nil, err
				}
			}
			if y.Error != "" {
				c.Error = y.Error
				continue
			}
			c.Basin, c.Peer = append(c.Basin, x), append(c.Peer, y.MS)
		}
	}
	return found, nil
}

// variants are those of a row that the options ask for.
func (t *session) variants(r rows.Row) []string {
	variants := rows.Variants(r.Kind)
	if !t.Quick || r.Work() == "compile" || r.Work() == "training" {
		return variants
	}
	return slices.DeleteFunc(slices.Clone(variants), func(w string) bool {
		return w == "tuned" || strings.HasPrefix(w, "jax")
	})
}

// server is the peer's process that runs a variant.
func (t *session) server(variant string) (*server, error) {
	name := "torch"
	if strings.HasPrefix(variant, "jax") {
		name = "jax"
	}
	if s := t.servers[name]; s != nil {
		return s, nil
	}
	s, err := t.peer.serve(name)
	if err == nil {
		t.servers[name] = s
	}
	return s, err
}

// compile times Basin's compilation; the peer compiles in its first call.
func (t *session) compile(r rows.Row) (*result, error) {
	found, err := t.alternate(r, "ms", t.Pairs, func() (float64, error) {
		return r.CompileMilliseconds(t.engine)
	}, func(variant string) (answer, error) {
		s, err := t.server(variant)
		if err != nil {
			return answer{}, err
		}
		a, err := s.time(r, variant, 0, 1)
		a.MS, a.Prepared = 1e3*a.Prepared, 0 // later answers repeat the time of the first call
		return a, err
	})
	return found, err
}

// command is the command as it is quoted beside the results: without the folders of this machine.
func command(args []string) string {
	said := []string{"go run ./bench/compare"}
	for i := 0; i < len(args); i++ {
		flag, value, whole := strings.Cut(args[i], "=")
		if slices.Contains([]string{"--json", "--python", "--merge"}, flag) {
			if !whole && i+1 < len(args) {
				i++
				value = args[i]
			}
			if flag == "--merge" { // it changes results, so it is quoted
				said = append(said, flag, filepath.Base(value))
			}
			continue
		}
		said = append(said, args[i])
	}
	return strings.Join(said, " ")
}
