package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"golang.org/x/mod/sumdb/note"
)

// Tries changed copies of data: every bit of a file that is small enough for `most`, else an even
// sample. `accepts` says whether a copy is still taken for good.
func tamper(data []byte, most int, accepts func([]byte) bool) (int, error) {
	bits := len(data) * 8
	step := 1
	if most > 0 && bits > most {
		step = bits/most | 1 // odd, so that all eight bits have their turn
	}
	tried := 0
	for bit := 0; bit < bits; bit += step {
		data[bit/8] ^= 1 << (bit % 8)
		accepted := accepts(data)
		data[bit/8] ^= 1 << (bit % 8)
		if accepted {
			return tried, fmt.Errorf("with bit %d of byte %d flipped it is still accepted", bit%8, bit/8)
		}
		tried++
	}
	return tried, nil
}

// Changes, removes and adds files in turn; each such copy must be refused.
func tamperDirectory(path string, key note.Verifier, given options) error {
	files, err := readTiles(path)
	if err != nil {
		return err
	}
	if _, err := checkTiles(files, key, given.chain); err != nil {
		return fmt.Errorf("not good to begin with: %w", err)
	}
	accepts := func() bool {
		_, err := checkTiles(files, key, given.chain)
		return err == nil
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	tried := 0
	for _, name := range names {
		data := files[name]
		count, err := tamper(data, given.flips/len(names)+1, func([]byte) bool { return accepts() })
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		delete(files, name)
		if accepts() {
			return fmt.Errorf("without %s it is still accepted", name)
		}
		files[name] = data[:len(data)-1]
		if accepts() {
			return fmt.Errorf("with %s cut it is still accepted", name)
		}
		files[name] = data
		tried += count + 2
	}
	files["tile/0/999"] = make([]byte, 32*tileWidth)
	if accepts() {
		return errors.New("with a tile too many it is still accepted")
	}
	fmt.Printf("%s: %d changed copies, all refused\n", filepath.Base(path), tried+1)
	return nil
}

func tamperProof(path string, key note.Verifier, given options) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := checkProof(data, key); err != nil {
		return fmt.Errorf("not good to begin with: %w", err)
	}
	accepts := func(data []byte) bool {
		_, err := checkProof(data, key)
		return err == nil
	}
	tried, err := tamper(data, given.flips, accepts)
	if err != nil {
		return err
	}
	for size := 0; size < len(data); size++ {
		if accepts(data[:size]) {
			return fmt.Errorf("cut to %d bytes it is still accepted", size)
		}
	}
	fmt.Printf("%s: %d changed copies, all refused\n", filepath.Base(path), tried+len(data))
	return nil
}
