package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	discoveryclient "k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
)

// creations is a dynamic client that only keeps what it is asked to create.
type creations struct {
	dynamic.Interface
	mu   sync.Mutex
	made []creation
}

type creation struct {
	namespace string
	object    *unstructured.Unstructured
}

type endpoint struct {
	dynamic.NamespaceableResourceInterface
	into      *creations
	namespace string
}

func (c *creations) Resource(schema.GroupVersionResource) dynamic.NamespaceableResourceInterface {
	return endpoint{into: c}
}

func (e endpoint) Namespace(namespace string) dynamic.ResourceInterface {
	e.namespace = namespace
	return e
}

func (e endpoint) Create(_ context.Context, o *unstructured.Unstructured, _ metav1.CreateOptions, _ ...string) (*unstructured.Unstructured, error) {
	e.into.mu.Lock()
	defer e.into.mu.Unlock()
	e.into.made = append(e.into.made, creation{e.namespace, o})
	return o, nil
}

// discovery knows the kinds that a template may create.
type discovery struct {
	discoveryclient.ServerResourcesInterface
}

var served = map[string][]string{
	"tekton.dev/v1":      {"PipelineRun", "TaskRun", "Pipeline", "Task"},
	"tekton.dev/v1beta1": {"CustomRun", "StepAction"},
	"v1":                 {"ConfigMap", "Secret", "Pod", "PersistentVolumeClaim", "Service", "ServiceAccount"},
	"batch/v1":           {"Job", "CronJob"},
}

func (discovery) ServerResourcesForGroupVersion(version string) (*metav1.APIResourceList, error) {
	kinds, ok := served[version]
	if !ok {
		return nil, fmt.Errorf("the server could not find the requested resource: %s", version)
	}
	list := &metav1.APIResourceList{GroupVersion: version}
	for _, kind := range kinds {
		list.APIResources = append(list.APIResources, metav1.APIResource{Name: strings.ToLower(kind) + "s", Kind: kind, Namespaced: true})
	}
	return list, nil
}

// asIs lets every Trigger create with the listener's own rights: RBAC is not judged here.
type asIs struct{}

func (asIs) OverrideAuthentication(_, _ string, _ *zap.SugaredLogger, d discoveryclient.ServerResourcesInterface, c dynamic.Interface) (discoveryclient.ServerResourcesInterface, dynamic.Interface, error) {
	return d, c, nil
}

// inProcess answers the core interceptors and refuses every other address.
type inProcess struct{ core http.Handler }

func (r inProcess) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Host != interceptorHost {
		return nil, fmt.Errorf("no network here: %s", q.URL)
	}
	w := httptest.NewRecorder()
	r.core.ServeHTTP(w, q)
	return w.Result(), nil
}

const interceptorHost = "core-interceptors"

// index makes a lister's store; objects without namespace get the given one.
func index[T metav1.Object](namespace string, objects map[string]T) cache.Indexer {
	indexer := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	for _, o := range objects {
		if o.GetNamespace() == "" {
			o.SetNamespace(namespace)
		}
		_ = indexer.Add(o)
	}
	return indexer
}
