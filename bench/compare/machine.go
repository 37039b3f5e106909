package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"basin/engine/cpu"
)

// machine is what a ratio depends on.
type machine struct {
	CPU   string
	Cores int
	OS    string
	Go    string
	Basin string // Go's version and the instruction set
	Peer  string // versions
	Load  string // load averages at the start: ratios on a busy machine are unreliable
}

func describe(python string) (machine, error) {
	engine, err := cpu.New()
	if err != nil {
		return machine{}, err
	}
	script := `import platform, torch
print("Python", platform.python_version(), "PyTorch", torch.__version__, torch.backends.cpu.get_cpu_capability())`
	out, err := exec.Command(python, "-c", script).Output()
	if err != nil {
		return machine{}, fmt.Errorf("%s cannot import torch (%w); run bench/peers/setup.sh, "+
			"or name a Python with --python", python, err)
	}
	return machine{
		CPU: cpuName(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Basin: engine.Level(), Peer: strings.TrimSpace(string(out)), Load: load(),
	}, nil
}

func (m machine) String() string {
	s := fmt.Sprintf("%s, %d cores, %s · Basin: %s, %s · peer: %s", m.CPU, m.Cores, m.OS, m.Go, m.Basin, m.Peer)
	if m.Load != "" {
		s += " · load " + m.Load
	}
	return s
}

// cpuName is the processor's model name, on Linux.
func cpuName() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); len(fields) >= 3 {
		return strings.Join(fields[:3], " ")
	}
	return ""
}
