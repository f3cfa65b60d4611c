// Package script tests the program as a person uses it: a command line, what it prints, its exit status. The scripts are the
// .txtar files of this folder.
package script
