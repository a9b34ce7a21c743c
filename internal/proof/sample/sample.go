// Package sample says how many of very many similar cases a test tries.
//
// Some tests walk through all values, all faults or hundreds of seeds. make test tries a sample of
// their cases, so that it stays short. make walks sets CASES and tries every case: with CASES=all
// as many seeds as are usual, with CASES=0.25 a quarter of them, with CASES=10 ten times as many.
// The command starts finds the tests that ask this package.
//
// Of and Seeds choose the same cases in each run, and Case chooses others. A failure names its
// case, so this tries it again:
//
//	CASES=all go test -run TestDialect_document/one_page ./internal/sandbox
package sample

import (
	"math/rand/v2"
	"os"
	"strconv"
)

// share is how many cases there are for each one that make test tries.
const share = 20

// All reports whether this run tries every case.
func All() bool { return os.Getenv("CASES") != "" }

// Of returns how many of n cases to try, at least 1.
func Of(n int) int {
	if All() {
		return n
	}
	return max(1, n/share)
}

// Seeds returns how many seeds to try where n are usual, at least 1.
func Seeds(n int) int {
	if times, err := strconv.ParseFloat(os.Getenv("CASES"), 64); err == nil {
		return max(1, int(float64(n)*times))
	}
	return Of(n)
}

// Case reports whether to try one of many cases: chosen by chance, so that no case is always left
// out. The case must have a name, in a subtest or in what a failure says, and must not depend on
// those before it.
func Case() bool { return All() || rand.IntN(share) == 0 }
