//go:build race

package provider_test

const underRace = true
