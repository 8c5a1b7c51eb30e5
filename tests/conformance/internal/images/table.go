// Package images is a table of what images bring along: the registry that Tekton's controller asks, and what the node needs.
package images

import (
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

// Image is what a real image's configuration would say, and on which root its containers run.
type Image struct {
	Entrypoint []string          `json:"entrypoint"`
	Cmd        []string          `json:"cmd"`
	Env        map[string]string `json:"env"`
	WorkingDir string            `json:"workingDir"`
	UID        *int              `json:"uid"`
	Root       string            `json:"root"` // a directory instead of this machine's root
}

// Table is image name → image. A name is tried as it is written, without digest and tag, and by its last part.
type Table map[string]Image

// Load reads a table of a YAML file; no file is an empty table.
func Load(file string) (Table, error) {
	table := Table{}
	if file == "" {
		return table, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return table, yaml.UnmarshalStrict(text, &table)
}

// Find gives the entry of an image name and the key it stands under.
func (t Table) Find(name string) (key string, image Image, ok bool) {
	short, digest, _ := strings.Cut(name, "@")
	for key, image := range t {
		if digest != "" && digestOf(key, image) == digest {
			return key, image, true
		}
	}
	bare := short
	if i := strings.LastIndexByte(bare, ':'); i > strings.LastIndexByte(bare, '/') {
		bare = bare[:i]
	}
	for _, key := range []string{name, short, bare, bare[strings.LastIndexByte(bare, '/')+1:]} {
		if image, ok := t[key]; ok {
			return key, image, true
		}
	}
	return "", Image{}, false
}
