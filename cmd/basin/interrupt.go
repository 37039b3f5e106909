package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interrupts decides what Ctrl-C and SIGTERM do. By default the program ends at once: nothing is under way that a sudden end could harm.
// While a sweep runs, the first one asks it to save and stop, and the second ends the program.
type interrupts struct {
	err     io.Writer
	signals chan os.Signal

	mu     sync.Mutex
	cancel context.CancelFunc // of the sweep under way; nil: there is none
}

func watchInterrupts(err io.Writer) *interrupts {
	in := &interrupts{err: err, signals: make(chan os.Signal, 2)}
	signal.Notify(in.signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for range in.signals {
			in.handle()
		}
	}()
	return in
}

func (in *interrupts) handle() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.cancel == nil {
		fmt.Fprintln(in.err, "\nbasin: interrupted")
		os.Exit(exitInterrupted)
	}
	fmt.Fprintln(in.err, "\nbasin: stopping after what is under way is saved; interrupt again to stop at once")
	in.cancel()
	in.cancel = nil
}

// graceful gives a context that the next interrupt cancels. Calling done restores the default.
func (in *interrupts) graceful() (ctx context.Context, done func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	ctx, in.cancel = context.WithCancel(context.Background())
	cancel := in.cancel
	return ctx, func() {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.cancel = nil
		cancel()
	}
}

func (in *interrupts) close() {
	signal.Stop(in.signals)
	close(in.signals)
}
