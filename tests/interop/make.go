package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The bytes of a hash counter: a key made from it is the same at every run.
type counter struct{ n byte }

func (source *counter) Read(out []byte) (int, error) {
	source.n++
	block := sha256.Sum256([]byte{source.n})
	return copy(out, block[:]), nil
}

// A log in the making.
type maker struct {
	entries [][]byte
	bodies  [][]byte
	stored  []tlog.Hash
}

func (log *maker) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = log.stored[index]
	}
	return out, nil
}

// Appends an entry with the members of a leaf that this program checks.
func (log *maker) append(n int64) error {
	var previous tlog.Hash
	if n > 0 {
		previous = tlog.RecordHash(log.entries[n-1])
	}
	body := []byte(fmt.Sprintf(`{"what":"event %d"}`, n))
	committed := sha256.Sum256(bytes.Join([][]byte{{0x02}, salt(), body}, nil))
	entry := []byte(fmt.Sprintf(`{"body":"%s","n":%d,"prev":"%s"}`,
		base64.StdEncoding.EncodeToString(committed[:]), n, previous))
	more, err := tlog.StoredHashes(n, entry, log)
	log.entries = append(log.entries, entry)
	log.bodies = append(log.bodies, body)
	log.stored = append(log.stored, more...)
	return err
}

func salt() []byte {
	return bytes.Repeat([]byte{0xa5}, 16)
}

// Makes a log of `sizeText` entries with checkpoint, tiles, bundles and some proofs.
func makeLog(directory, sizeText string) error {
	size, err := parseNumber(sizeText)
	if err != nil {
		return err
	}
	skey, vkey, err := note.GenerateKey(&counter{}, "interop.example/log")
	if err != nil {
		return err
	}
	log := &maker{}
	for n := int64(0); n < size; n++ {
		if err := log.append(n); err != nil {
			return err
		}
	}
	signed, err := log.sign(skey, size)
	if err != nil {
		return err
	}
	files := tileFiles{"log.vkey": []byte(vkey + "\n"), "tiles/checkpoint": signed}
	if err := log.addTiles(files, size); err != nil {
		return err
	}
	if err := log.addProofs(files, size, signed); err != nil {
		return err
	}
	return writeFiles(directory, files)
}

func (log *maker) sign(skey string, size int64) ([]byte, error) {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, err
	}
	root := tlog.Hash(sha256.Sum256(nil))
	if size > 0 {
		if root, err = tlog.TreeHash(size, log); err != nil {
			return nil, err
		}
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
	return note.Sign(&note.Note{Text: text}, signer)
}

func (log *maker) addTiles(files tileFiles, size int64) error {
	for _, tile := range tilesOfLevel(-1, size) {
		var bundle []byte
		for _, entry := range log.entries[tile.N*tileWidth:][:tile.W] {
			bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entry)))
			bundle = append(bundle, entry...)
		}
		files["tiles/"+tilePath(tile)] = bundle
	}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		for _, tile := range tilesOfLevel(level, size>>(tileHeight*level)) {
			data, err := tlog.ReadTileData(tile, log)
			if err != nil {
				return err
			}
			files["tiles/"+tilePath(tile)] = data
		}
	}
	return nil
}

func (log *maker) addProofs(files tileFiles, size int64, signed []byte) error {
	for _, n := range samples(size) {
		path, err := tlog.ProveRecord(size, n, log)
		if err != nil {
			return err
		}
		extra, err := json.Marshal(map[string]string{
			"body": string(log.bodies[n]),
			"leaf": string(log.entries[n]),
			"salt": base64.StdEncoding.EncodeToString(salt()),
		})
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s\nextra %s\nindex %d\n", proofHeader,
			base64.StdEncoding.EncodeToString(extra), n)
		for _, hash := range path {
			text += hash.String() + "\n"
		}
		files[fmt.Sprintf("proofs/%d.tlog-proof", n)] = []byte(text + "\n" + string(signed))
	}
	return nil
}

func writeFiles(directory string, files tileFiles) error {
	for name, data := range files {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
