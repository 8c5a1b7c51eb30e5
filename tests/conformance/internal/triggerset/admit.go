// Package triggerset does to Triggers objects what their admission webhook does, and holds them for firing and expansion.
package triggerset

import (
	"context"
	"fmt"
	"strings"

	"gha2tekton.dev/conformance/internal/documents"
	"github.com/tektoncd/triggers/pkg/apis/triggers/contexts"
	"github.com/tektoncd/triggers/pkg/apis/triggers/v1alpha1"
	"github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"knative.dev/pkg/apis"
	wjson "knative.dev/pkg/webhook/json"
	"knative.dev/pkg/webhook/resourcesemantics"
)

// kinds is the webhook's own table, without the kinds that v1beta1 replaces.
var kinds = map[schema.GroupVersionKind]resourcesemantics.GenericCRD{
	v1alpha1.SchemeGroupVersion.WithKind("ClusterInterceptor"):   &v1alpha1.ClusterInterceptor{},
	v1alpha1.SchemeGroupVersion.WithKind("Interceptor"):          &v1alpha1.Interceptor{},
	v1beta1.SchemeGroupVersion.WithKind("ClusterTriggerBinding"): &v1beta1.ClusterTriggerBinding{},
	v1beta1.SchemeGroupVersion.WithKind("EventListener"):         &v1beta1.EventListener{},
	v1beta1.SchemeGroupVersion.WithKind("TriggerBinding"):        &v1beta1.TriggerBinding{},
	v1beta1.SchemeGroupVersion.WithKind("TriggerTemplate"):       &v1beta1.TriggerTemplate{},
	v1beta1.SchemeGroupVersion.WithKind("Trigger"):               &v1beta1.Trigger{},
}

// Object is a document after admission; Value is nil for other groups.
type Object struct {
	documents.Document
	Value resourcesemantics.GenericCRD
}

// Admit decodes strictly, defaults and validates every Triggers document; a refusal is in its Err.
func Admit(found []documents.Document) (out []Object) {
	for _, d := range found {
		o := Object{Document: d}
		if d.Err == nil && strings.HasPrefix(d.Type.APIVersion, "triggers.tekton.dev/") {
			o.Value, o.Err = admit(d)
		}
		out = append(out, o)
	}
	return out
}

func admit(d documents.Document) (resourcesemantics.GenericCRD, error) {
	zero, ok := kinds[d.Type.GroupVersionKind()]
	if !ok {
		return nil, fmt.Errorf("no such Triggers kind: %s %s", d.Type.APIVersion, d.Type.Kind)
	}
	object := zero.DeepCopyObject().(resourcesemantics.GenericCRD)
	if err := wjson.Decode(d.JSON, object, true); err != nil {
		return nil, fmt.Errorf("cannot decode incoming new object: %w", err)
	}
	ctx := apis.WithinCreate(contexts.WithUpgradeViaDefaulting(context.Background()))
	object.SetDefaults(ctx)
	if found := object.Validate(ctx); found != nil {
		if refusal := found.Filter(apis.ErrorLevel); refusal != nil {
			return nil, refusal
		}
	}
	return object, metadata(d.Meta, !strings.HasPrefix(d.Type.Kind, "Cluster"))
}

func metadata(m metav1.ObjectMeta, namespaced bool) error {
	if m.Name == "" && m.GenerateName != "" {
		m.Name = m.GenerateName + "aaaaa"
	}
	if m.Namespace == "" && namespaced {
		m.Namespace = "default"
	}
	errs := apivalidation.ValidateObjectMeta(&m, namespaced, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	if e := errs.ToAggregate(); e != nil {
		return e
	}
	return nil
}
