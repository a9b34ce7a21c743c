// Package faults holds the tests of what happens when the network, the service or the user misbehaves: twenty-five cases and random histories,
// each run with the real Terraform against a sandbox that misbehaves, then applied until quiet, then judged by the oracle.
package faults
