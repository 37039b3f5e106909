package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"basin/sweep"
)

// progress tells how a sweep goes on: a bar on a terminal, a line now and then elsewhere. Failures are told at once.
type progress struct {
	w     io.Writer
	bar   *progressbar.ProgressBar // on a terminal
	quiet bool
	last  time.Time
}

// lineEvery is how often progress that is not on a terminal has a line.
const lineEvery = 10 * time.Second

func newProgress(w io.Writer, quiet bool) *progress {
	p := &progress{w: w, quiet: quiet, last: time.Now()}
	if f, ok := w.(*os.File); ok && !quiet && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	}
	return p
}

func (p *progress) warn(warnings []string) {
	for _, text := range warnings {
		p.line("warning: " + text)
	}
}

// line prints a line that stays.
func (p *progress) line(text string) {
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprintln(p.w, text)
}

func (p *progress) observe(e sweep.Event) {
	switch e.Kind {
	case sweep.CellFailed:
		p.line(fmt.Sprintf("failed: %s: %s", e.Cell.Label, e.Text))
	case sweep.Note:
		if !p.quiet {
			p.line("note: " + e.Text)
		}
	}
	if p.quiet {
		return
	}
	q := e.Progress
	if p.bar != nil {
		if q.Networks > 0 {
			p.bar.ChangeMax(q.Networks)
		}
		p.bar.Describe(describe(q))
		p.bar.Set(q.Trained)
		return
	}
	if now := time.Now(); e.Kind == sweep.SweepFinished && q.Elapsed > 2*time.Second || now.Sub(p.last) >= lineEvery {
		p.last = now
		fmt.Fprintln(p.w, describe(q))
	}
}

func describe(q sweep.Progress) string {
	text := fmt.Sprintf("cells %d/%d", q.CellsDone, q.Cells)
	if q.CellsFailed > 0 {
		text += fmt.Sprintf(", %d failed", q.CellsFailed)
	}
	text += fmt.Sprintf(", networks %d/%d, %s", q.Trained, q.Networks, q.Elapsed.Round(time.Second))
	if q.Known && q.CellsDone+q.CellsFailed < q.Cells {
		text += ", about " + q.Remaining.Round(time.Second).String() + " left"
	}
	return text
}

func (p *progress) close() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
