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
)

// browser starts an installed Chromium that reaches no host, or skips the test, unless CI_BROWSER=1 requires one.
func browser(t *testing.T) context.Context {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox,
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

// open loads a table's page in a new tab and returns the tab, and what the page asked of the network or complained of.
func open(t *testing.T, browser context.Context, table *phase.Table) (context.Context, func() []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "index.html")
	var b bytes.Buffer
	if err := Page(&b, table); err != nil {
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
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+file), chromedp.WaitVisible(chromedp.CSS("#detail h3"))); err != nil {
		t.Fatalf("the page does not start: %v; it %s", err, strings.Join(complaints, "; "))
	}
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return complaints
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

// centre returns where a cell's middle is on a map, in the window's coordinates, as the page's own layout has it.
const centre = `(() => { const c = document.querySelector('canvas[data-map="%s"]'); c.scrollIntoView({block: "center"});
	const r = c.getBoundingClientRect(), b = c.basinBox; return [r.left + b.x + (%d + 0.5) * b.w / %d, r.top + b.y + b.h - (%d + 0.5) * b.h / %d]; })()`

// In a browser without a network: the page loads and asks for nothing; pointing shows value ± error; a click shows the cell's curves
// and spectrum; the arrow keys and Enter do the same; the table of all cells opens.
func TestPageInABrowser(t *testing.T) {
	chromium := browser(t)
	table := digitsLike(t)
	ctx, complaints := open(t, chromium, table)
	cell := table.At(3, 8)
	q := panels[0]
	do := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	text := func(selector string) string { return get(t, ctx, chromedp.Text(chromedp.CSS(selector))) }
	count := func(selector string) int {
		return get(t, ctx, chromedp.Evaluate[int](fmt.Sprintf("document.querySelectorAll(%q).length", selector)))
	}

	at := get(t, ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(centre, q.name, cell.Col, table.Cols(), cell.Row, table.Rows())))
	do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
	tip := get(t, ctx, chromedp.Evaluate[string](`document.getElementById("tip").hidden ? "" : document.getElementById("tip").textContent`))
	v := cell.Values[q.name]
	want := fmt.Sprintf("%.2f ± %.2f", v.Mean, v.StdErr)
	for _, part := range []string{want, "width " + cell.Load, "batch size " + cell.Temp, "phase " + string(cell.Label)} {
		if !strings.Contains(tip, part) {
			t.Errorf("pointing at a cell shows %q, without %q", tip, part)
		}
	}

	do(chromedp.MouseClickXY(at[0], at[1]))
	if head, rows := text("#detail h3"), text("#detail table"); head != "width "+cell.Load+" · batch size "+cell.Temp || !strings.Contains(rows, want) {
		t.Errorf("a click shows %q with %q", head, rows)
	}
	// error and loss × curve and line × ten pairs; five seeds
	if curves, spectra := count(`#detail svg[aria-label^="training"] path`), count(`#detail svg[aria-label^="spectral"] path`); curves != 2*2*10 || spectra != 5 {
		t.Errorf("a click shows %d curves and %d spectra", curves, spectra)
	}

	do(chromedp.Focus(chromedp.CSS(`canvas[data-map="mc"]`)), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	next := table.At(4, 7)
	if head := text("#detail h3"); head != "width "+next.Load+" · batch size "+next.Temp {
		t.Errorf("left, up, Enter leads to %q", head)
	}

	do(chromedp.Click(chromedp.CSS("#all summary")), chromedp.WaitVisible(chromedp.CSS("#all tbody tr")))
	if rows := count("#all tbody tr"); rows != len(table.Cells) {
		t.Errorf("the table of all cells has %d rows", rows)
	}
	if c := complaints(); len(c) > 0 {
		t.Errorf("the page %s", strings.Join(c, "; it "))
	}
}

// Every grid's page starts without an exception, a name full of markup does nothing, and 10,000 cells repaint quickly.
func TestPagesStartInABrowser(t *testing.T) {
	chromium := browser(t)
	all := grids(t)
	for _, name := range []string{"digits", "one row", "empty"} { // much like others; a tab takes a second
		delete(all, name)
	}
	in := phasetest.Published(true)
	in.Name = `<img src=x onerror="document.title='hit'">`
	in.Load.Path = in.Name
	all["markup"] = build(t, in)
	all["10,000 cells"] = build(t, phasetest.Synthetic(phasetest.Size{Rows: 100, Cols: 100, Replicas: 2}))
	for name, table := range all {
		ctx, complaints := open(t, chromium, table)
		title := get(t, ctx, chromedp.Title())
		images := get(t, ctx, chromedp.Evaluate[int](`document.images.length`))
		milliseconds := get(t, ctx, chromedp.Evaluate[float64](`basinRepaint()`))
		if images > 0 || title == "hit" {
			t.Errorf("%s: a name became an element", name)
		}
		if milliseconds > float64(quick.Milliseconds()) {
			t.Errorf("%s: painting the maps takes %.0f ms", name, milliseconds)
		}
		if c := complaints(); len(c) > 0 {
			t.Errorf("%s: the page %s", name, strings.Join(c, "; it "))
		}
	}
}
