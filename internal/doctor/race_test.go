//go:build race

package doctor

// sampled returns how many of n cases a test tries: a few under the race detector.
func sampled(n int) int { return max(1, n/20) }
