// The interop program checks what Cairn exports with code that Cairn's authors did not write: the
// note and tlog packages of golang.org/x/mod, which check the Go module mirror's log.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
)

const usage = `usage:
  interop tiles  [-chain] [-older FILE]... VKEYFILE DIR   check a directory of C2SP tlog-tiles
  interop proof  VKEYFILE FILE...                         check .tlog-proof files
  interop tamper [-chain] [-flips N] VKEYFILE DIR|FILE... demand that each changed copy of a small log is refused
  interop make   DIR SIZE                                 make a log of its own: DIR/log.vkey, DIR/tiles, DIR/proofs
`

// What the flags of all verbs set.
type options struct {
	chain bool
	older []string
	flips int
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func run(verb string, arguments []string) error {
	var given options
	flags := flag.NewFlagSet(verb, flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flags.BoolVar(&given.chain, "chain", false, "entries are Cairn leaves: check n and prev")
	flags.IntVar(&given.flips, "flips", 4000, "changed copies to try")
	flags.Func("older", "an older checkpoint, which the log must extend", func(path string) error {
		given.older = append(given.older, path)
		return nil
	})
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	rest := flags.Args()
	if len(rest) < 2 {
		return errors.New("too few arguments\n" + usage)
	}
	if verb == "make" {
		return makeLog(rest[0], rest[1])
	}
	key, err := readKey(rest[0])
	if err != nil {
		return err
	}
	for _, path := range rest[1:] {
		if err := runOne(verb, path, key, given); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func runOne(verb, path string, key note.Verifier, given options) error {
	switch verb {
	case "tiles":
		return checkDirectory(path, key, given)
	case "proof":
		return checkProofFile(path, key)
	case "tamper":
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return tamperDirectory(path, key, given)
		}
		return tamperProof(path, key, given)
	}
	return errors.New("unknown verb " + verb + "\n" + usage)
}

func checkDirectory(path string, key note.Verifier, given options) error {
	files, err := readTiles(path)
	if err != nil {
		return err
	}
	log, err := checkTiles(files, key, given.chain)
	if err != nil {
		return err
	}
	for _, file := range given.older {
		if err := log.checkExtends(file, key); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	fmt.Printf("%s: %d entries, %d files, root %s: all good\n", filepath.Base(path), log.size,
		len(files), log.root)
	return nil
}
