package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"basin/bench/rows"
)

// peakCommand is Basin's process for a row of memory. It prints its peak memory.
type peakCommand struct {
	Row string `arg:"" help:"A row of memory."`
}

func (c *peakCommand) Run(*flags) error {
	i := slices.IndexFunc(rows.All(), func(r rows.Row) bool { return r.Name == c.Row })
	if i < 0 {
		return fmt.Errorf("there is no row %s", c.Row)
	}
	e, err := rows.New()
	if err != nil {
		return err
	}
	if err := rows.All()[i].Thrice(e); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status") // the peak of this program alone: getrusage includes the parent's
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); fields[0] == "VmHWM:" {
			kib, err := strconv.Atoi(fields[1])
			fmt.Println(kib << 10)
			return err
		}
	}
	return fmt.Errorf("this system does not report a process's peak memory")
}

// memory compares the peaks of fresh processes.
func (t *session) memory(r rows.Row) (*result, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	of := r.Base()
	basin := func() (float64, error) { return megabytes(exec.Command(self, "peak", r.Name)) }
	return t.alternate(r, "MB", min(2, t.Pairs), basin, func(variant string) (answer, error) {
		mb, err := megabytes(t.peer.script("peak.py", of.Kind, of.Name, variant))
		return answer{MS: mb}, err
	})
}

func megabytes(cmd *exec.Cmd) (float64, error) {
	cmd.Env = libraries(os.Environ())
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", cmd, err)
	}
	bytes, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	return bytes / 1e6, err
}
