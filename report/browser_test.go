package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"basin/phase"
	"basin/phase/phasetest"
	"basin/results"
)

// browser starts an installed Chromium that reaches no host, or skips the test, unless CI_BROWSER=1 requires one.
func browser(t *testing.T) context.Context {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"headless-shell"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path),
			chromedp.NoSandbox,
			chromedp.DisableGPU, chromedp.WindowSize(1500, 1400), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"))
		ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		t.Cleanup(cancel)
		ctx, cancel = chromedp.NewContext(ctx)
		t.Cleanup(cancel)
		if err := chromedp.Do(ctx); err != nil {
			t.Fatal(err)
		}
		return ctx
	}
	if os.Getenv("CI_BROWSER") == "1" {
		t.Fatal("CI_BROWSER=1, but no Chromium or Chrome is on the PATH")
	}
	t.Skip("no Chromium or Chrome on the PATH: the page is not tried in a browser (Debian: apt-get install chromium)")
	return nil
}

// tab is a page in a browser.
type tab struct {
	t          *testing.T
	ctx        context.Context
	complaints func() []string // what the page asked of the network or complained of
}

// openTab loads a run's page in a new tab.
func openTab(t *testing.T, browser context.Context, run *results.Run) tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "index.html")
	var b bytes.Buffer
	if err := Page(&b, run); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)

	var mu sync.Mutex
	var complaints []string
	if err := chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			if ev.Request.URL != "file://"+file {
				complaints = append(complaints, "asks for "+ev.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, "throws: "+ev.ExceptionDetails.Text)
			if e := ev.ExceptionDetails.Exception; e != nil {
				complaints = append(complaints, e.Description)
			}
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, fmt.Sprintf("logs (%v)", ev.Type))
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+file),
		chromedp.WaitVisible(chromedp.CSS("#detail h3"))); err != nil {
		t.Fatalf("the page does not start: %v; it %s", err, strings.Join(complaints, "; "))
	}
	return tab{t, ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return complaints
	}}
}

func (b tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b tab) run(script string) {
	b.t.Helper()
	get(b.t, b.ctx, chromedp.Evaluate[bool](script+"; true"))
}

func (b tab) text(selector string) string {
	b.t.Helper()
	return get(b.t, b.ctx, chromedp.Text(chromedp.CSS(selector)))
}

func (b tab) count(selector string) int {
	b.t.Helper()
	return get(b.t, b.ctx, chromedp.Evaluate[int](fmt.Sprintf("document.querySelectorAll(%q).length", selector)))
}

func (b tab) tip() string {
	b.t.Helper()
	const shown = `(t => t.hidden ? "" : t.textContent)(document.getElementById("tip"))`
	return get(b.t, b.ctx, chromedp.Evaluate[string](shown))
}

// centre is where a cell's middle is on a map, in the window's coordinates, as the page lays it out.
func (b tab) centre(name string, run *results.Run, i int) []float64 {
	b.t.Helper()
	return get(b.t, b.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const c = document.querySelector('canvas[data-map="%s"]');
		c.scrollIntoView({block: "center"}); const r = c.getBoundingClientRect(), b = c.basinBox;
		return [r.left + b.x + (%d + 0.5) * b.w / %d, r.top + b.y + b.h - (%d + 0.5) * b.h / %d]; })()`,
		name, i%run.Cols(), run.Cols(), i/run.Cols(), run.Rows())))
}

// quiet fails if the page asked for something or complained.
func (b tab) quiet() {
	b.t.Helper()
	if c := b.complaints(); len(c) > 0 {
		b.t.Errorf("the page %s", strings.Join(c, "; it "))
	}
}

// get runs an action that returns something.
func get[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// In a browser without a network: the page loads and asks for nothing; pointing shows value ± error; a click shows
// the cell's curves and spectrum; the arrow keys and Enter do the same; the table of all cells opens.
func TestPageInABrowser(t *testing.T) {
	run := digitsLike(t)
	tab := openTab(t, browser(t), run)
	i := 3*run.Cols() + 8
	cell, q := &run.Cells[i], run.Main()[0]
	at := tab.centre(q.Name, run, i)
	tab.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
	v := cell.Values[q.Name]
	want := fmt.Sprintf("%.2f ± %.2f", v.Mean, v.StdErr)
	place := "width " + run.Axes[0].Values[8] + " · batch size " + run.Axes[1].Values[3]
	for _, part := range []string{want, place, "phase "} {
		if tip := tab.tip(); !strings.Contains(tip, part) {
			t.Errorf("pointing at a cell shows %q, without %q", tip, part)
		}
	}

	tab.do(chromedp.MouseClickXY(at[0], at[1]))
	if head, rows := tab.text("#detail h3"), tab.text("#detail table"); head != place ||
		!strings.Contains(rows, want) {
		t.Errorf("a click shows %q with %q", head, rows)
	}
	// curve and line × ten pairs; five seeds
	for plot, lines := range map[string]int{"Error (connectivity)": 20, "Loss (connectivity)": 20,
		"Hessian spectral density": 5, "Loss during training": 5} {
		if n := tab.count(fmt.Sprintf("#detail [data-plot=%q] path", plot)); n != lines {
			t.Errorf("a click shows %d lines of %s, want %d", n, plot, lines)
		}
	}

	tab.do(chromedp.Focus(chromedp.CSS(`canvas[data-map="phases"]`)), chromedp.KeyEvent(kb.ArrowLeft),
		chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	if head := tab.text("#detail h3"); head != "width "+run.Axes[0].Values[7]+" · batch size "+run.Axes[1].Values[4] {
		t.Errorf("left, up, Enter leads to %q", head)
	}

	tab.do(chromedp.Click(chromedp.CSS("#all summary")), chromedp.WaitVisible(chromedp.CSS("#all tbody tr")))
	if rows := tab.count("#all tbody tr"); rows != len(run.Cells) {
		t.Errorf("the table of all cells has %d rows", rows)
	}
	tab.quiet()
}

// A run with three axes has a selector for the third: what is pointed at is the chosen map's cell. A card leads to
// its cell's map.
func TestPageWithThreeAxes(t *testing.T) {
	run := build(t, phasetest.Synthetic(phasetest.Size{Rows: 5, Cols: 7, Replicas: 3, Sheets: 3, Pairs: true}))
	tab := openTab(t, browser(t), run)
	const choose = `(s => { s.selectedIndex = %d; s.dispatchEvent(new Event("change")); })
		(document.querySelector("select"))`
	q := run.Main()[0]
	for sheet, value := range run.Axes[2].Values {
		tab.run(fmt.Sprintf(choose, sheet))
		at := tab.centre(q.Name, run, 10)
		tab.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
		c := &run.Sheet(sheet)[10]
		for _, part := range []string{"learning rate " + value, fmt.Sprintf("%.1f", c.Mean(q.Name))[:2]} {
			if tip := tab.tip(); !strings.Contains(tip, part) {
				t.Errorf("map %d: pointing at %s shows %q, without %q", sheet, c.Label, tip, part)
			}
		}
	}
	h := highlights(phase.New(run))[0].Cell
	other := (h/(run.Rows()*run.Cols()) + 1) % run.Sheets()
	tab.run(fmt.Sprintf(choose, other))
	tab.run(`document.querySelector("#highlights .card").click()`)
	if head, where := tab.text("#detail h3"), tab.text("#highlights .card .where"); !strings.HasPrefix(where, head) {
		t.Errorf("the card of %q leads to %q", where, head)
	}
	chosen := get(t, tab.ctx, chromedp.Evaluate[string](`document.querySelector("select").selectedOptions[0].text`))
	if !strings.Contains(tab.text("#detail h3"), chosen) {
		t.Errorf("the selector says %q for %q", chosen, tab.text("#detail h3"))
	}
	tab.quiet()
}

// Every grid's page starts without an exception, a name full of markup does nothing, and 10,000 cells repaint
// quickly.
func TestPagesStartInABrowser(t *testing.T) {
	chromium := browser(t)
	all := grids(t)
	// a tab takes a second
	for _, name := range []string{"digits", "published", "one row", "one axis", "many maps", "long numbers", "empty"} {
		delete(all, name)
	}
	in := phasetest.Published(true)
	in.Name = `<img src=x onerror="document.title='hit'">`
	in.Axes[0].Label = in.Name
	all["markup"] = build(t, in)
	all["invented"] = build(t, invented())
	all["10,000 cells"] = build(t, phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 2}))
	for name, run := range all {
		tab := openTab(t, chromium, run)
		title := get(t, tab.ctx, chromedp.Title())
		images := get(t, tab.ctx, chromedp.Evaluate[int](`document.images.length`))
		milliseconds := get(t, tab.ctx, chromedp.Evaluate[float64](`basinRepaint()`))
		if images > 0 || title == "hit" {
			t.Errorf("%s: a name became an element", name)
		}
		if milliseconds > float64(quick.Milliseconds()) {
			t.Errorf("%s: painting the maps takes %.0f ms", name, milliseconds)
		}
		tab.quiet()
	}
}
