// Package release rehearses a release of the commit that is checked out. It contains only tests and
// ships nothing; make release-rehearsal runs them. TestVersions compares the places that state the
// same version.
//
// A clone gets the tags of two versions. The steps of .github/workflows/release.yml check, build
// and sign them, with goreleaser and a key that is thrown away. A registry on loopback then takes
// them in as the Terraform registry does, and serves them under its name. Terraform installs the
// older version, applies with it, and upgrades. Both versions have the same source; only the
// version differs.
//
// The environment variable GORELEASER names goreleaser. Without it, only TestVersions runs.
// PLATFORMS=all builds all platforms instead of that of the machine, and the second build of a
// version compiles everything anew.
package release
