package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The statement that a checkpoint signs.
type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

func readKey(path string) (note.Verifier, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(strings.TrimSuffix(string(text), "\n"))
}

// Opens a checkpoint signed by the key, whose name is the log's origin.
func openCheckpoint(signed []byte, key note.Verifier) (checkpoint, error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return checkpoint{}, err
	}
	if err := checkSignatureLines(signed[len(opened.Text):]); err != nil {
		return checkpoint{}, err
	}
	return parseCheckpoint(opened.Text, key.Name())
}

// The note package takes base64 whose unused bits are set; a file has one spelling only.
func checkSignatureLines(lines []byte) error {
	for _, line := range strings.Split(strings.Trim(string(lines), "\n"), "\n") {
		words := strings.Split(line, " ")
		if len(words) != 3 {
			return errors.New("a signature line of other than three words")
		}
		if _, err := base64.StdEncoding.Strict().DecodeString(words[2]); err != nil {
			return fmt.Errorf("signature: %w", err)
		}
	}
	return nil
}

func parseCheckpoint(text, origin string) (checkpoint, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 {
		return checkpoint{}, errors.New("a checkpoint of less than three lines")
	}
	if lines[0] != origin {
		return checkpoint{}, fmt.Errorf("the origin is %q, the key's name %q", lines[0], origin)
	}
	size, err := parseNumber(lines[1])
	if err != nil {
		return checkpoint{}, err
	}
	root, err := parseHash(lines[2])
	return checkpoint{origin: origin, size: size, root: root}, err
}

// A decimal number as it is written: without sign or leading zero.
func parseNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (number < 0 || strconv.FormatInt(number, 10) != text) {
		err = fmt.Errorf("%q is not how a number is written", text)
	}
	return number, err
}

func parseHash(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && (len(data) != len(hash) || base64.StdEncoding.EncodeToString(data) != text) {
		err = fmt.Errorf("%q is not a hash", text)
	}
	copy(hash[:], data)
	return hash, err
}
