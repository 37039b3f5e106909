package cpu

// ShareAll lets threads share the smallest tasks too, until the function that it returns is called.
func ShareAll() (restore func()) {
	old := worthSharing
	worthSharing = 0
	return func() { worthSharing = old }
}
