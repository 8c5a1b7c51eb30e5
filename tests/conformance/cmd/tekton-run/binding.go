package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// bind replaces workspaces of the run by claims that lie in directories of this machine; it gives claim → directory.
func (s *store) bind(run obj, workspaces []string) (claims map[string]string, err error) {
	claims = map[string]string{}
	for _, w := range workspaces {
		name, dir, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("--workspace wants name=DIR: %q", w)
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		claim := "ws-" + strings.Trim(strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name)), "-")
		claims[claim] = dir
		if _, err := s.apply(obj{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": obj{"name": claim}, "spec": obj{}}); err != nil {
			return nil, err
		}
		replace(run, "workspaces", obj{"name": name, "persistentVolumeClaim": obj{"claimName": claim}})
	}
	return claims, nil
}

func setParams(run obj, params []string) {
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		replace(run, "params", obj{"name": name, "value": value})
	}
}

// replace puts an entry into a list of the run's spec, in place of the one of its name.
func replace(run obj, list string, entry obj) {
	spec, _ := run["spec"].(obj)
	if spec == nil {
		spec = obj{}
		run["spec"] = spec
	}
	var kept []any
	old, _ := spec[list].([]any)
	for _, e := range old {
		if m, _ := e.(obj); m["name"] != entry["name"] {
			kept = append(kept, e)
		}
	}
	spec[list] = append(kept, entry)
}
