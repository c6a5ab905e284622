package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// The files of a log by their path below its prefix.
type tileFiles map[string][]byte

// A log whose every file has been checked.
type checkedLog struct {
	checkpoint
	files  tileFiles
	hashes tlog.HashReader
}

// Reads the checkpoint and all that lies under tile/.
func readTiles(directory string) (tileFiles, error) {
	files := tileFiles{}
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(directory, path)
		if err != nil || (name != "checkpoint" && !strings.HasPrefix(name, "tile/")) {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	return files, err
}

// The path of a tile in C2SP's layout, which has no height and calls the records entries.
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// The tiles of one level of a log: full ones, then perhaps one that is not full.
func tilesOfLevel(level int, hashes int64) []tlog.Tile {
	var tiles []tlog.Tile
	for n := int64(0); n < hashes>>tileHeight; n++ {
		tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: n, W: tileWidth})
	}
	if width := int(hashes % tileWidth); width > 0 {
		tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: hashes >> tileHeight, W: width})
	}
	return tiles
}

// Checks the signature, recomputes the tree from the entries, and compares every tile with it. With
// `chain`, the entries are Cairn's leaves, and each names its place and the hash of the one before.
func checkTiles(files tileFiles, key note.Verifier, chain bool) (*checkedLog, error) {
	signed, err := openCheckpoint(files["checkpoint"], key)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if signed.size > int64(len(files))*tileWidth {
		return nil, fmt.Errorf("a checkpoint of %d entries over %d files", signed.size, len(files))
	}
	log := &checkedLog{checkpoint: signed, files: files}
	if err := log.checkEntries(chain); err != nil {
		return nil, err
	}
	if err := log.checkHashTiles(); err != nil {
		return nil, err
	}
	return log, log.checkProofs()
}

// Reads every entry, and recomputes all hashes of the tree.
func (log *checkedLog) checkEntries(chain bool) error {
	var stored []tlog.Hash
	log.hashes = tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = stored[index]
		}
		return out, nil
	})
	var n int64
	var previous tlog.Hash
	for _, tile := range tilesOfLevel(-1, log.size) {
		entries, err := splitEntries(log.files[tilePath(tile)], tile.W)
		if err != nil {
			return fmt.Errorf("%s: %w", tilePath(tile), err)
		}
		for _, entry := range entries {
			if err := checkLink(entry, n, previous); chain && err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
			more, err := tlog.StoredHashes(n, entry, log.hashes)
			if err != nil {
				return err
			}
			stored = append(stored, more...)
			previous = tlog.RecordHash(entry)
			n++
		}
	}
	return log.checkRoot()
}

func (log *checkedLog) checkRoot() error {
	root, err := tlog.Hash(sha256.Sum256(nil)), error(nil)
	if log.size > 0 {
		root, err = tlog.TreeHash(log.size, log.hashes)
	}
	if err == nil && root != log.root {
		err = fmt.Errorf("the root of the entries is %s, the signed one %s", root, log.root)
	}
	return err
}

// A bundle of exactly `count` entries, each after its length in two bytes.
func splitEntries(bundle []byte, count int) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) >= 2 {
		size := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+size {
			return nil, errors.New("the last entry is cut")
		}
		entries = append(entries, bundle[2:2+size])
		bundle = bundle[2+size:]
	}
	if len(bundle) != 0 || len(entries) != count {
		return nil, fmt.Errorf("%d entries and %d bytes, not %d entries", len(entries), len(bundle), count)
	}
	return entries, nil
}

func checkLink(entry []byte, n int64, previous tlog.Hash) error {
	var leaf struct {
		N    *int64 `json:"n"`
		Prev string `json:"prev"`
	}
	if err := json.Unmarshal(entry, &leaf); err != nil {
		return err
	}
	prev, err := parseHash(leaf.Prev)
	if err != nil {
		return err
	}
	if leaf.N == nil || *leaf.N != n || prev != previous {
		return errors.New("the leaf is not chained to the one before it")
	}
	return nil
}

// Compares each tile with the recomputed hashes; no tile may be missing and none too many.
func (log *checkedLog) checkHashTiles() error {
	expected := map[string]bool{"checkpoint": true}
	for _, tile := range tilesOfLevel(-1, log.size) {
		expected[tilePath(tile)] = true
	}
	for level := 0; log.size>>(tileHeight*level) > 0; level++ {
		for _, tile := range tilesOfLevel(level, log.size>>(tileHeight*level)) {
			expected[tilePath(tile)] = true
			data, err := tlog.ReadTileData(tile, log.hashes)
			if err != nil {
				return err
			}
			if !bytes.Equal(data, log.files[tilePath(tile)]) {
				return fmt.Errorf("%s does not hold the tree's hashes", tilePath(tile))
			}
		}
	}
	for name := range log.files {
		if !expected[name] && !log.isOlderPartial(name) {
			return fmt.Errorf("%s belongs to no log of %d entries", name, log.size)
		}
	}
	return nil
}

// A log may keep the partial tiles of its older checkpoints; they too hold hashes of the tree.
func (log *checkedLog) isOlderPartial(name string) bool {
	path := strings.Replace(strings.TrimPrefix(name, "tile/"), "entries/", "data/", 1)
	tile, err := tlog.ParseTilePath("tile/8/" + path)
	if err != nil || tile.W == tileWidth || tilePath(tile) != name {
		return false
	}
	level := tile.L
	if level < 0 {
		level = 0
	}
	if tile.N<<tileHeight+int64(tile.W) > log.size>>(tileHeight*level) {
		return false
	}
	data := log.files[name]
	if tile.L < 0 {
		if _, err := splitEntries(data, tile.W); err != nil {
			return false
		}
	} else if len(data) != tile.W*tlog.HashSize {
		return false
	}
	wider := tile
	wider.W = tileWidth
	if tile.N == log.size>>(tileHeight*level)>>tileHeight {
		wider.W = int(log.size >> (tileHeight * level) % tileWidth)
	}
	return wider.W > tile.W && bytes.HasPrefix(log.files[tilePath(wider)], data)
}

// Serves tlog.TileHashReader from the files.
type tileReader struct{ files tileFiles }

func (reader tileReader) Height() int                     { return tileHeight }
func (reader tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (reader tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		data = append(data, reader.files[tilePath(tile)])
	}
	return data, nil
}

// Proves entries and older sizes the way a client does: from tiles alone, trusting only the root.
func (log *checkedLog) checkProofs() error {
	tree := tlog.Tree{N: log.size, Hash: log.root}
	reader := tlog.TileHashReader(tree, tileReader{log.files})
	for _, n := range samples(log.size) {
		stored, err := log.hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(log.size, n, reader)
		if err != nil {
			return fmt.Errorf("inclusion of %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, log.size, log.root, n, stored[0]); err != nil {
			return fmt.Errorf("inclusion of %d: %w", n, err)
		}
		if err := log.checkConsistency(n+1, reader, nil); err != nil {
			return fmt.Errorf("consistency with %d: %w", n+1, err)
		}
	}
	return nil
}

// That the tree of `size` entries, with the given or else the recomputed root, is this one's beginning.
func (log *checkedLog) checkConsistency(size int64, reader tlog.HashReader, root *tlog.Hash) error {
	own, err := tlog.TreeHash(size, log.hashes)
	if err != nil {
		return err
	}
	if root == nil {
		root = &own
	}
	proof, err := tlog.ProveTree(log.size, size, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, log.size, log.root, size, *root)
}

// The ends, the edges of tiles, and an even sample of what lies between.
func samples(size int64) []int64 {
	seen := map[int64]bool{}
	var out []int64
	add := func(n int64) {
		if n >= 0 && n < size && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	for _, edge := range []int64{0, tileWidth, size / 2, size, tileWidth * tileWidth} {
		add(edge - 1)
		add(edge)
		add(edge + 1)
	}
	for i := int64(0); i < 16; i++ {
		add(size * i / 16)
	}
	return out
}

// That the log extends an older checkpoint of its own.
func (log *checkedLog) checkExtends(path string, key note.Verifier) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	older, err := openCheckpoint(signed, key)
	if err != nil {
		return err
	}
	if older.size > log.size {
		return fmt.Errorf("the log of %d entries does not reach the older one's %d", log.size, older.size)
	}
	if older.size == 0 {
		return nil
	}
	tree := tlog.Tree{N: log.size, Hash: log.root}
	reader := tlog.TileHashReader(tree, tileReader{log.files})
	return log.checkConsistency(older.size, reader, &older.root)
}
