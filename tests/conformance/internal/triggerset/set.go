package triggerset

import (
	"encoding/json"
	"fmt"

	"github.com/tektoncd/triggers/pkg/apis/triggers/v1alpha1"
	"github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	"github.com/tektoncd/triggers/pkg/template"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// Core are the interceptors that an installation of Triggers brings.
var Core = []string{"cel", "github", "gitlab", "bitbucket", "slack"}

// Set is everything admitted, by kind and name.
type Set struct {
	Listeners           map[string]*v1beta1.EventListener
	Triggers            map[string]*v1beta1.Trigger
	Bindings            map[string]*v1beta1.TriggerBinding
	ClusterBindings     map[string]*v1beta1.ClusterTriggerBinding
	Templates           map[string]*v1beta1.TriggerTemplate
	ClusterInterceptors map[string]*v1alpha1.ClusterInterceptor
	Interceptors        map[string]*v1alpha1.Interceptor
	Secrets             map[string]*corev1.Secret
}

// Collect makes a Set of the admitted objects.
func Collect(objects []Object) *Set {
	s := &Set{
		Listeners: map[string]*v1beta1.EventListener{}, Triggers: map[string]*v1beta1.Trigger{},
		Bindings: map[string]*v1beta1.TriggerBinding{}, ClusterBindings: map[string]*v1beta1.ClusterTriggerBinding{},
		Templates: map[string]*v1beta1.TriggerTemplate{}, ClusterInterceptors: map[string]*v1alpha1.ClusterInterceptor{},
		Interceptors: map[string]*v1alpha1.Interceptor{}, Secrets: map[string]*corev1.Secret{},
	}
	for _, o := range objects {
		if o.Err != nil {
			continue
		}
		name := o.Meta.Name
		switch x := o.Value.(type) {
		case *v1beta1.EventListener:
			s.Listeners[name] = x
		case *v1beta1.Trigger:
			s.Triggers[name] = x
		case *v1beta1.TriggerBinding:
			s.Bindings[name] = x
		case *v1beta1.ClusterTriggerBinding:
			s.ClusterBindings[name] = x
		case *v1beta1.TriggerTemplate:
			s.Templates[name] = x
		case *v1alpha1.ClusterInterceptor:
			s.ClusterInterceptors[name] = x
		case *v1alpha1.Interceptor:
			s.Interceptors[name] = x
		default:
			if o.Type.APIVersion == "v1" && o.Type.Kind == "Secret" {
				s.secret(o.JSON)
			}
		}
	}
	return s
}

func (s *Set) secret(raw []byte) {
	secret := &corev1.Secret{}
	if json.Unmarshal(raw, secret) != nil {
		return
	}
	for key, value := range secret.StringData {
		if secret.Data == nil {
			secret.Data = map[string][]byte{}
		}
		secret.Data[key] = []byte(value)
	}
	s.Secrets[secret.Name] = secret
}

// Expand gives what a template creates, as YAML; a param without default is 1, which is good for counts and names alike.
func Expand(t *v1beta1.TriggerTemplate) (out [][]byte, err error) {
	var params []v1beta1.Param
	for _, p := range t.Spec.Params {
		value := "1"
		if p.Default != nil {
			value = *p.Default
		}
		params = append(params, v1beta1.Param{Name: p.Name, Value: value})
	}
	for i, resource := range template.ResolveResources(t, params) {
		text, err := yaml.JSONToYAML(resource)
		if err != nil {
			return out, fmt.Errorf("resourcetemplates[%d] is no object once its params are filled in: %w", i, err)
		}
		out = append(out, text)
	}
	return out, nil
}
