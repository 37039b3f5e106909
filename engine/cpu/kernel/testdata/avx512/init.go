// The first process of the emulated machine: it runs the tests of package kernel and turns the machine off.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	// Failures do not matter here: a test without its folder reports it.
	_ = os.MkdirAll("/dev", 0o755)
	_ = os.MkdirAll("/tmp", 0o755)
	_ = syscall.Mount("dev", "/dev", "devtmpfs", 0, "")
	// Bochs' processor has all levels; a machine without AVX-512 fails here.
	c := exec.Command("/kernel.test", "-test.v", "-test.short", "-test.timeout=0")
	c.Stdout, c.Stderr = os.Stdout, os.Stdout
	c.Env = []string{"BASIN_CPU=avx512", "TMPDIR=/tmp"}
	if err := c.Run(); err != nil {
		fmt.Println("RESULT failed:", err)
	} else {
		fmt.Println("RESULT passed")
	}
	time.Sleep(3 * time.Second) // for the serial line to drain
	_ = syscall.Reboot(syscall.LINUX_REBOOT_CMD_POWER_OFF)
}
