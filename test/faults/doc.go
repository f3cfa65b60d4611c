// Package faults holds the program to what it acknowledged while things break around it: it is killed under load, its disk is full, its
// database restarts, one of two servers dies, its clock jumps back. The servers are processes of the real program; whoever calls them
// are 32 clients of the public interface that send a command again, under the same key, until it is answered.
package faults
