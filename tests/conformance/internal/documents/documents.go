// Package documents reads the YAML documents of files and directories as an API server would receive them: as strict JSON.
package documents

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Document is one YAML document. Err says why it is no object.
type Document struct {
	File  string
	Index int // from 1
	Type  metav1.TypeMeta
	Meta  metav1.ObjectMeta
	JSON  []byte
	Err   error
}

// Name is how a person finds the document: Kind/name, or the file and its place in it.
func (d Document) Name() string {
	if d.Type.Kind == "" {
		return fmt.Sprintf("document %d", d.Index)
	}
	if d.Meta.Name == "" && d.Meta.GenerateName != "" {
		return d.Type.Kind + "/" + d.Meta.GenerateName + "*"
	}
	return d.Type.Kind + "/" + d.Meta.Name
}

// Files lists the YAML files of the given files and directories, sorted.
func Files(paths []string) (out []string, err error) {
	for _, path := range paths {
		err := filepath.WalkDir(path, func(p string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (p == path || strings.HasSuffix(p, ".yaml") || strings.HasSuffix(p, ".yml")) {
				out = append(out, p)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Read reads all documents of the given files and directories; empty ones are left out.
func Read(paths []string) (out []Document, err error) {
	files, err := Files(paths)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		out = append(out, split(file, text)...)
	}
	return out, nil
}

func split(file string, text []byte) (out []Document) {
	reader := kyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for index := 1; ; index++ {
		part, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		d := Document{File: file, Index: index, Err: err}
		if err != nil {
			return append(out, d)
		}
		if d.JSON, d.Err = yaml.YAMLToJSONStrict(part); d.Err == nil {
			if string(d.JSON) == "null" {
				continue
			}
			var head struct {
				metav1.TypeMeta   `json:",inline"`
				metav1.ObjectMeta `json:"metadata"`
			}
			d.Err = json.Unmarshal(d.JSON, &head)
			d.Type, d.Meta = head.TypeMeta, head.ObjectMeta
		}
		out = append(out, d)
	}
}
