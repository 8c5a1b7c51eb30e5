package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gha2tekton.dev/conformance/internal/admission"
	"gha2tekton.dev/conformance/internal/documents"
)

// apply creates an object in the store: the caller's in one namespace, and kinds that no run can see are passed over.
func (s *store) apply(o obj) (obj, error) {
	x := u(o)
	kind := x.GroupVersionKind()
	for i := range table {
		r := &table[i]
		if r.group != kind.Group || r.kind != kind.Kind {
			continue
		}
		namespace := "default"
		switch {
		case r.cluster:
			namespace = ""
		case x.GetNamespace() != "":
			namespace = x.GetNamespace()
		}
		return s.create(r, namespace, o, false)
	}
	return nil, nil
}

// install brings what an installation of Tekton brings: namespaces, a node, an account and the default configuration.
func (s *store) install() error {
	for kind, names := range map[string][]string{
		"Namespace": {"default", "tekton-pipelines"}, "Node": {"local"}, "ServiceAccount": {"default"},
	} {
		for _, name := range names {
			if _, err := s.apply(obj{"apiVersion": "v1", "kind": kind, "metadata": obj{"name": name}}); err != nil {
				return err
			}
		}
	}
	configuration, err := filepath.Glob(filepath.Join(admission.Source(), "config/config-*.yaml"))
	if err != nil || len(configuration) == 0 {
		return fmt.Errorf("no default configuration of Tekton Pipelines under %q: %w", admission.Source(), os.ErrNotExist)
	}
	found, err := read(configuration)
	if err != nil {
		return err
	}
	for _, o := range found {
		if u(o).GetKind() == "ConfigMap" {
			if _, err := s.apply(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func read(paths []string) (out []obj, err error) {
	found, err := documents.Read(paths)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		if d.Err != nil {
			return nil, fmt.Errorf("%s: %w", d.File, d.Err)
		}
		o, err := decode(d.JSON)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func isRun(o obj) bool {
	return strings.HasPrefix(u(o).GetAPIVersion(), "tekton.dev/") && (u(o).GetKind() == "PipelineRun" || u(o).GetKind() == "TaskRun")
}

// bring applies the caller's files, without their runs, and gives the run to execute.
func (s *store) bring(files []string, runFile string) (run obj, err error) {
	listed, err := documents.Files(files)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, file := range listed {
		if absolute, _ := filepath.Abs(file); absolute != runFile {
			others = append(others, file)
		}
	}
	found, err := read(others)
	if err != nil {
		return nil, err
	}
	for _, o := range found {
		if isRun(o) {
			continue
		}
		if err := s.applyFor(o); err != nil {
			return nil, err
		}
	}
	if found, err = read([]string{runFile}); err != nil {
		return nil, err
	}
	for _, o := range found {
		if isRun(o) {
			run = o
		} else if err := s.applyFor(o); err != nil && !strings.Contains(err.Error(), "already exists") {
			return nil, err
		}
	}
	if run == nil {
		return nil, fmt.Errorf("no PipelineRun or TaskRun in %s", runFile)
	}
	return run, nil
}

func (s *store) applyFor(o obj) error {
	u(o).SetNamespace("")
	if _, err := s.apply(o); err != nil {
		return fmt.Errorf("%s/%s: %w", u(o).GetKind(), u(o).GetName(), err)
	}
	return nil
}
