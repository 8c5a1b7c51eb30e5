package main

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/util/json"
)

// resource is one kind that this small API server holds.
type resource struct {
	group    string
	versions []string // the first is the one stored
	plural   string
	kind     string
	cluster  bool
	status   bool
}

var table = []resource{
	{"", []string{"v1"}, "pods", "Pod", false, true},
	{"", []string{"v1"}, "configmaps", "ConfigMap", false, false},
	{"", []string{"v1"}, "secrets", "Secret", false, false},
	{"", []string{"v1"}, "serviceaccounts", "ServiceAccount", false, false},
	{"", []string{"v1"}, "persistentvolumeclaims", "PersistentVolumeClaim", false, true},
	{"", []string{"v1"}, "persistentvolumes", "PersistentVolume", true, true},
	{"", []string{"v1"}, "namespaces", "Namespace", true, true},
	{"", []string{"v1"}, "nodes", "Node", true, true},
	{"", []string{"v1"}, "events", "Event", false, false},
	{"", []string{"v1"}, "limitranges", "LimitRange", false, false},
	{"", []string{"v1"}, "services", "Service", false, true},
	{"apps", []string{"v1"}, "statefulsets", "StatefulSet", false, true},
	{"apps", []string{"v1"}, "deployments", "Deployment", false, true},
	{"events.k8s.io", []string{"v1"}, "events", "Event", false, false},
	{"coordination.k8s.io", []string{"v1"}, "leases", "Lease", false, false},
	{"tekton.dev", []string{"v1", "v1beta1"}, "tasks", "Task", false, false},
	{"tekton.dev", []string{"v1", "v1beta1"}, "pipelines", "Pipeline", false, false},
	{"tekton.dev", []string{"v1", "v1beta1"}, "taskruns", "TaskRun", false, true},
	{"tekton.dev", []string{"v1", "v1beta1"}, "pipelineruns", "PipelineRun", false, true},
	{"tekton.dev", []string{"v1beta1"}, "customruns", "CustomRun", false, true},
	{"tekton.dev", []string{"v1beta1", "v1alpha1"}, "stepactions", "StepAction", false, false},
	{"tekton.dev", []string{"v1alpha1"}, "verificationpolicies", "VerificationPolicy", false, false},
	{"resolution.tekton.dev", []string{"v1beta1", "v1alpha1"}, "resolutionrequests", "ResolutionRequest", false, true},
}

func find(group, version, plural string) *resource {
	for i := range table {
		r := &table[i]
		if r.group != group || r.plural != plural {
			continue
		}
		for _, v := range r.versions {
			if v == version {
				return r
			}
		}
	}
	return nil
}

func (r *resource) key() string { return r.group + "/" + r.plural }

func (r *resource) gr() schema.GroupResource {
	return schema.GroupResource{Group: r.group, Resource: r.plural}
}

func (r *resource) gvk() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: r.group, Version: r.versions[0], Kind: r.kind}
}

type obj = map[string]any

func u(o obj) *unstructured.Unstructured { return &unstructured.Unstructured{Object: o} }

func cp(o obj) obj { return runtime.DeepCopyJSON(o) }

func decode(b []byte) (obj, error) {
	o := obj{}
	if err := kjson.Unmarshal(b, &o); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	return o, nil
}

func contains(l []string, s string) bool {
	for _, x := range l {
		if x == s {
			return true
		}
	}
	return false
}
