package resolution

import (
	"errors"
	"fmt"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipeline/dag"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/pipelinespec"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/resources"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	"github.com/tektoncd/pipeline/pkg/workspace"
	corev1 "k8s.io/api/core/v1"
)

// Check gives what would fail a run before its first Pod starts, in the controller's order.
func (s *Set) Check(given Run) error {
	run := given.DeepCopy()
	if run.Name == "" {
		run.Name = run.GenerateName + "aaaaa"
	}
	meta, spec, err := pipelinespec.GetPipelineData(s.ctx, run, s.pipeline)
	if err != nil {
		return err
	}
	if _, err := dag.Build(v1.PipelineTaskList(spec.Tasks), v1.PipelineTaskList(spec.Tasks).Deps()); err != nil {
		return fmt.Errorf("the Pipeline's graph is invalid: %w", err)
	}
	if err := spec.Validate(s.ctx); err != nil {
		return err
	}
	if err := errors.Join(
		resources.ValidateRequiredParametersProvided(&spec.Params, &run.Spec.Params),
		resources.ValidateParamTypesMatching(spec, run),
		resources.ValidateObjectParamRequiredKeys(spec.Params, run.Spec.Params),
		resources.ValidateParamArrayIndex(spec, run.Spec.Params),
		resources.ValidateWorkspaceBindings(spec, run),
		resources.ValidateTaskRunSpecs(spec, run),
	); err != nil {
		return err
	}
	resources.ApplyParametersToWorkspaceBindings(run)
	if spec, err = resources.ApplyParameters(spec, run); err != nil {
		return err
	}
	spec = resources.ApplyWorkspaces(resources.ApplyContexts(spec, meta.Name, run), run)

	state, err := s.state(run, spec)
	if err != nil {
		return err
	}
	errs := []error{
		resources.ValidatePipelineTaskResults(state),
		resources.ValidatePipelineResults(spec, state),
		resources.ValidateOptionalWorkspaces(spec.Workspaces, state),
		resources.ValidateParameterTypesInMatrix(state),
	}
	for _, t := range state {
		if err := s.checkTask(run, t); err != nil {
			errs = append(errs, fmt.Errorf("pipeline task %q: %w", t.PipelineTask.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Set) state(run *v1.PipelineRun, spec *v1.PipelineSpec) (state resources.PipelineRunState, err error) {
	for _, list := range [][]v1.PipelineTask{spec.Tasks, spec.Finally} {
		for _, t := range list {
			resolved, err := resources.ResolvePipelineTask(s.ctx, *run, noPipelineRun, s.pipeline, s.task, noTaskRun, noCustomRun, t, state)
			if err != nil {
				return nil, fmt.Errorf("pipeline task %q: %w", t.Name, err)
			}
			state = append(state, resolved)
		}
	}
	return state, nil
}

// checkTask judges one task as the TaskRun reconciler would, except that a result's value is still unknown.
func (s *Set) checkTask(run *v1.PipelineRun, t *resources.ResolvedPipelineTask) error {
	if t.IsCustomTask() || t.ResolvedTask == nil {
		return nil
	}
	if err := taskrun.ValidateResolvedTask(s.ctx, t.PipelineTask.Params, t.PipelineTask.Matrix, t.ResolvedTask); err != nil {
		return err
	}
	if err := t.EvaluateCEL(); err != nil {
		return err
	}
	bindings, err := bindings(run, t)
	if err != nil {
		return err
	}
	return errors.Join(
		workspace.ValidateBindings(s.ctx, t.ResolvedTask.TaskSpec.Workspaces, bindings),
		workspace.ValidateOnlyOnePVCIsUsed(bindings),
		distinct(t.ResolvedTask.TaskSpec.Volumes),
	)
}

// bindings are the workspaces that the TaskRun gets from the PipelineRun.
func bindings(run *v1.PipelineRun, t *resources.ResolvedPipelineTask) (out []v1.WorkspaceBinding, err error) {
	bound := map[string]v1.WorkspaceBinding{}
	for _, b := range run.Spec.Workspaces {
		bound[b.Name] = b
	}
	optional := map[string]bool{}
	for _, w := range t.ResolvedTask.TaskSpec.Workspaces {
		optional[w.Name] = w.Optional
	}
	for _, w := range t.PipelineTask.Workspaces {
		from := w.Workspace
		if from == "" {
			from = w.Name
		}
		b, ok := bound[from]
		switch {
		case ok:
			if b.VolumeClaimTemplate != nil { // the run makes one claim of it, whatever the Task calls it
				b.VolumeClaimTemplate = nil
				b.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "pvc-" + from}
			}
			b.Name = w.Name
			out = append(out, b)
		case !optional[w.Name]:
			return nil, fmt.Errorf("workspace %q is not bound by the run", from)
		}
	}
	return out, nil
}

// distinct refuses a volume that is declared twice: admission lets it pass, the Pod is refused.
func distinct(volumes []corev1.Volume) error {
	seen := map[string]bool{}
	for _, v := range volumes {
		if seen[v.Name] {
			return fmt.Errorf("volume %q is declared twice", v.Name)
		}
		seen[v.Name] = true
	}
	return nil
}
