package sweep_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"basin/store"
	"basin/sweep"
)

// childFolder is the environment variable which makes this test binary a process that runs the crash sweep in the folder it names.
const childFolder = "BASIN_SWEEP_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crashGrid has 16·3 trainings and 16·6 measures of about a millisecond each: some 70 ms with two workers.
func crashGrid() []sweep.Cell { return grid(16, 3) }

// child runs the sweep and writes a line for each committed replica: "cell/replica".
func child(dir string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("open")
	f := &fake{pause: 2 * time.Millisecond}
	_, err = sweep.Run(context.Background(), sweep.Options{Workers: 2, Observe: func(e sweep.Event) {
		if e.Kind == sweep.NetworkReady {
			fmt.Printf("%s/%d\n", e.Cell.ID, e.Replicas[0])
		}
	}}, crashGrid(), s, f.runner)
	return err
}

// start starts a child on the folder and returns it with its lines.
func start(t *testing.T, dir string) (*exec.Cmd, <-chan string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() }) // an error, if it has ended
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	return cmd, lines
}

// Killed again and again at random moments, then let finish: the contents are those of an undisturbed run, to the bit, and nothing that
// was committed was trained a second time.
func TestKilledAtAnyMoment(t *testing.T) {
	want := undisturbed(t, crashGrid())
	dir := t.TempDir()
	trained := map[string]bool{}
	killed := 0
	const attempts = 40 // with delays up to 15 ms, some ten suffice
	for range attempts {
		cmd, lines := start(t, dir)
		if first, ok := <-lines; !ok || first != "open" {
			t.Fatalf("the child could not open the folder: %q", first)
		}
		go func() {
			time.Sleep(rand.N(15 * time.Millisecond))
			cmd.Process.Kill()
		}()
		for line := range lines {
			if trained[line] {
				t.Errorf("%s was committed and was trained again", line)
			}
			trained[line] = true
		}
		if cmd.Wait() == nil {
			break // It was done before the kill.
		}
		killed++
	}
	if killed < 3 {
		t.Fatalf("only %d kills hit a running sweep: the test shows nothing", killed)
	}
	t.Logf("killed %d times; %d networks were told of before the last session", killed, len(trained))

	s := open(t, dir)
	p := run(t, s, sweep.Options{Workers: 3}, crashGrid(), &fake{})
	if p.CellsDone != 16 || p.Trained != 48 {
		t.Errorf("finished with %+v", p)
	}
	if fingerprint(t, s) != want {
		t.Error("the contents differ from an undisturbed run's")
	}
}

// While a process runs a sweep another cannot, but may read; when it is killed the folder is free at once.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	cmd, lines := start(t, dir)
	<-lines // open
	first, ok := <-lines
	if !ok {
		t.Fatal("the child ended before it trained anything")
	}
	_, err := store.Open(dir)
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d ", cmd.Process.Pid)) {
		t.Errorf("after %s a second process is told %v, want ErrLocked with pid %d", first, err, cmd.Process.Pid)
	}
	r, err := store.OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if st, err := r.Status(); err != nil || st.Cells != 16 || st.Trained < 1 {
		t.Errorf("status beside a running sweep: %+v (%v)", st, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	s := open(t, dir)
	if st, err := s.Status(); err != nil || st.Cells != 16 {
		t.Errorf("status after the kill: %+v (%v)", st, err)
	}
}
