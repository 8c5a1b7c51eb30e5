// Package resolution checks what Tekton's controller checks when it takes up a run and admission cannot: that referenced
// Pipelines and Tasks exist, params fit, workspaces are bound, results are real and the graph has no cycle.
package resolution

import (
	"context"
	"fmt"
	"strings"

	"gha2tekton.dev/conformance/internal/admission"
	"gha2tekton.dev/conformance/internal/documents"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	"github.com/tektoncd/pipeline/pkg/trustedresources"
	corev1 "k8s.io/api/core/v1"
	kerrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Set is one directory's Tekton objects.
type Set struct {
	Tasks     map[string]*v1.Task
	Pipelines map[string]*v1.Pipeline
	Runs      []Run
	used      map[string]bool // Pipelines that some run names
	ctx       context.Context
}

// Run is a PipelineRun and the document it came from.
type Run struct {
	documents.Document
	*v1.PipelineRun
}

// NewSet takes up all admitted Tekton objects; those that admission refuses are its own judge's affair.
func NewSet(found []documents.Document) (*Set, error) {
	ctx, err := admission.Context(nil)
	if err != nil {
		return nil, err
	}
	s := &Set{Tasks: map[string]*v1.Task{}, Pipelines: map[string]*v1.Pipeline{}, used: map[string]bool{}, ctx: ctx}
	for _, d := range found {
		if d.Err != nil || !strings.HasPrefix(d.Type.APIVersion, "tekton.dev/v1") {
			continue
		}
		object, err := admission.Admit(ctx, d.JSON, nil)
		if err != nil {
			continue
		}
		switch x := object.(type) {
		case *v1.Task:
			s.Tasks[x.Name] = x
		case *v1.Pipeline:
			s.Pipelines[x.Name] = x
		case *v1.PipelineRun:
			x.Namespace = "default"
			s.Runs = append(s.Runs, Run{d, x})
		}
	}
	return s, nil
}

func (s *Set) task(_ context.Context, name string) (*v1.Task, *v1.RefSource, *trustedresources.VerificationResult, error) {
	if t := s.Tasks[name]; t != nil {
		return t.DeepCopy(), nil, nil, nil
	}
	return nil, nil, nil, missing("tasks", name)
}

func (s *Set) pipeline(_ context.Context, name string) (*v1.Pipeline, *v1.RefSource, *trustedresources.VerificationResult, error) {
	if p := s.Pipelines[name]; p != nil {
		s.used[name] = true
		return p.DeepCopy(), nil, nil, nil
	}
	return nil, nil, nil, missing("pipelines", name)
}

func noTaskRun(name string) (*v1.TaskRun, error)          { return nil, missing("taskruns", name) }
func noPipelineRun(name string) (*v1.PipelineRun, error)  { return nil, missing("pipelineruns", name) }
func noCustomRun(name string) (*v1beta1.CustomRun, error) { return nil, missing("customruns", name) }
func missing(resource, name string) error {
	return kerrors.NewNotFound(schema.GroupResource{Group: "tekton.dev", Resource: resource}, name)
}

// Unused gives, for every Pipeline that no checked run names, a run with a made-up value for every param.
func (s *Set) Unused() (out []Run) {
	for name, p := range s.Pipelines {
		if s.used[name] {
			continue
		}
		run := &v1.PipelineRun{Spec: v1.PipelineRunSpec{PipelineRef: &v1.PipelineRef{Name: name}}}
		run.Name, run.Namespace = "any", "default"
		for _, param := range p.Spec.Params {
			if param.Default == nil {
				run.Spec.Params = append(run.Spec.Params, v1.Param{Name: param.Name, Value: anyValue(param)})
			}
		}
		for _, w := range p.Spec.Workspaces {
			claim := &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "any"}
			run.Spec.Workspaces = append(run.Spec.Workspaces, v1.WorkspaceBinding{Name: w.Name, PersistentVolumeClaim: claim})
		}
		run.SetDefaults(s.ctx)
		d := documents.Document{File: "(no run names it)"}
		d.Type.Kind, d.Meta.Name = "Pipeline", name
		out = append(out, Run{d, run})
	}
	return out
}

func anyValue(p v1.ParamSpec) v1.ParamValue {
	switch p.Type {
	case v1.ParamTypeArray:
		return v1.ParamValue{Type: v1.ParamTypeArray, ArrayVal: []string{"any"}}
	case v1.ParamTypeObject:
		value := v1.ParamValue{Type: v1.ParamTypeObject, ObjectVal: map[string]string{}}
		for key := range p.Properties {
			value.ObjectVal[key] = "any"
		}
		return value
	case v1.ParamTypeString:
	}
	return v1.ParamValue{Type: v1.ParamTypeString, StringVal: fmt.Sprintf("any %s", p.Name)}
}
