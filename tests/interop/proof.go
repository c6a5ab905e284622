package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const proofHeader = "c2sp.org/tlog-proof@v1"

// A .tlog-proof file, taken apart but not checked.
type proofFile struct {
	leaf, body []byte
	salt       []byte // nil: the file carries no body
	index      int64
	path       tlog.RecordProof
	checkpoint []byte
}

func checkProofFile(path string, key note.Verifier) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	proof, err := checkProof(data, key)
	if err == nil {
		fmt.Printf("%s: entry %d, %d hashes: proven\n", filepath.Base(path), proof.index, len(proof.path))
	}
	return err
}

// Checks signature, path, the leaf's own position and the commitment to the body.
func checkProof(data []byte, key note.Verifier) (*proofFile, error) {
	proof, err := parseProof(data)
	if err != nil {
		return nil, err
	}
	signed, err := openCheckpoint(proof.checkpoint, key)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if proof.index >= signed.size {
		return nil, fmt.Errorf("entry %d of a log of %d", proof.index, signed.size)
	}
	hash := tlog.RecordHash(proof.leaf)
	if err := tlog.CheckRecord(proof.path, signed.size, signed.root, proof.index, hash); err != nil {
		return nil, err
	}
	return proof, proof.checkLeaf()
}

func (proof *proofFile) checkLeaf() error {
	var leaf struct {
		N    *int64 `json:"n"`
		Body string `json:"body"`
	}
	if err := json.Unmarshal(proof.leaf, &leaf); err != nil {
		return err
	}
	if leaf.N == nil || *leaf.N != proof.index {
		return errors.New("the leaf stands at another position than it says")
	}
	if proof.salt == nil {
		return nil
	}
	committed := sha256.Sum256(bytes.Join([][]byte{{0x02}, proof.salt, proof.body}, nil))
	if base64.StdEncoding.EncodeToString(committed[:]) != leaf.Body {
		return errors.New("the leaf commits to another body")
	}
	return nil
}

func parseProof(data []byte) (*proofFile, error) {
	head, signed, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != proofHeader {
		return nil, errors.New("not a tlog-proof with extra data")
	}
	proof := &proofFile{checkpoint: []byte(signed)}
	if err := proof.parseExtra(lines[1]); err != nil {
		return nil, fmt.Errorf("extra: %w", err)
	}
	index, found := cutPrefix(lines[2], "index ")
	if !found {
		return nil, errors.New("no index")
	}
	var err error
	if proof.index, err = parseNumber(index); err != nil {
		return nil, err
	}
	for _, line := range lines[3:] {
		hash, err := parseHash(line)
		if err != nil {
			return nil, err
		}
		proof.path = append(proof.path, hash)
	}
	return proof, nil
}

func cutPrefix(text, prefix string) (string, bool) {
	return strings.TrimPrefix(text, prefix), strings.HasPrefix(text, prefix)
}

// Reads {"body":"…","leaf":"…","salt":"…"}, where body and salt come together or not at all.
func (proof *proofFile) parseExtra(line string) error {
	encoded, found := cutPrefix(line, "extra ")
	if !found {
		return errors.New("there is none")
	}
	text, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return err
	}
	var members map[string]string // not a struct: its names would match in any case
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	body, hasBody := members["body"]
	leaf, hasLeaf := members["leaf"]
	salt, hasSalt := members["salt"]
	if !hasLeaf || hasBody != hasSalt || (hasBody && len(members) != 3) || (!hasBody && len(members) != 1) {
		return errors.New("members other than leaf, or body, leaf and salt")
	}
	proof.leaf, proof.body = []byte(leaf), []byte(body)
	if hasSalt {
		proof.salt, err = base64.StdEncoding.Strict().DecodeString(salt)
	}
	return err
}
