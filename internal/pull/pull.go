// Package pull writes what was changed in a merchant into the HCL of the user: literals in place,
// with every other byte kept. It knows no flags and no terminal.
package pull
