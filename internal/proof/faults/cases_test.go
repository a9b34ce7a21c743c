package faults

import (
	"fmt"
	"testing"
)

// cases are the twenty-five cases, by number.
var cases = map[int]struct {
	name string
	run  func(*testing.T)
}{
	1:  {"create committed, connection reset before the answer", case01},
	2:  {"create committed, server error answered", case02},
	3:  {"create committed, answer unusable", case03},
	4:  {"create committed after the deadline", case04},
	5:  {"create not committed", case05},
	6:  {"ten equal creates, all unclear", case06},
	7:  {"interrupted once while writes are in flight", case07},
	8:  {"killed while creates are in flight", case08},
	9:  {"asked to slow down", case09},
	10: {"service dead", case10},
	11: {"half of the reads fail", case11},
	12: {"key loses its rights in the middle of a run", case12},
	13: {"answers without end or measure", case13},
	14: {"later call of several refused", case14},
	15: {"panic in a handler", case15},
	16: {"reads lag behind writes", case16},
	17: {"edited between plan and apply", case17},
	18: {"deleted behind Terraform's back", case18},
	19: {"pages that lie", case19},
	20: {"lists that hide or fail", case20},
	21: {"both merchants, mixed up", case21},
	22: {"values of every sort", case22},
	23: {"the service has changed", case23},
	24: {"wrong keys, addresses and ways", case24},
	25: {"states of releases, whole and damaged", case25},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for number := range 26 {
		c, ok := cases[number]
		if !ok {
			continue
		}
		t.Run(fmt.Sprintf("%02d %s", number, c.name), func(t *testing.T) {
			t.Parallel()
			faultCases.count(t)
			c.run(t)
		})
	}
}
