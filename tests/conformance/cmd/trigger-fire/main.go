// Command trigger-fire puts one recorded webhook through Triggers' own EventListener sink, core interceptors, bindings and
// templates, without a cluster, and keeps what they would create.
// What asks GitHub's API (changed files of pull requests, owners) is answered from a file. Not done: interceptors over the
// network.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"gha2tekton.dev/conformance/internal/documents"
	"gha2tekton.dev/conformance/internal/triggerset"
	"gha2tekton.dev/conformance/internal/verdict"
	"github.com/tektoncd/triggers/pkg/apis/triggers/v1alpha1"
	"github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	alisters "github.com/tektoncd/triggers/pkg/client/listers/triggers/v1alpha1"
	listers "github.com/tektoncd/triggers/pkg/client/listers/triggers/v1beta1"
	"github.com/tektoncd/triggers/pkg/interceptors"
	"github.com/tektoncd/triggers/pkg/interceptors/server"
	"github.com/tektoncd/triggers/pkg/sink"
	"github.com/tektoncd/triggers/pkg/template"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	fakekube "k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
	"knative.dev/pkg/apis"
	duckv1 "knative.dev/pkg/apis/duck/v1"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func check(err error) {
	if err != nil {
		verdict.Die("trigger-fire:", err)
	}
}

func main() {
	var paths, secrets list
	flag.Var(&paths, "triggers", "file or directory of Triggers YAML (repeatable)")
	flag.Var(&secrets, "secret", "name/key=value or name/key=@file (repeatable)")
	headers := flag.String("headers", "", "file of `Name: value` lines")
	bodyFile := flag.String("body", "", "file of the request's body")
	namespace := flag.String("namespace", "default", "namespace of everything that names none")
	name := flag.String("el", "", "EventListener to fire at (needed only with several)")
	path := flag.String("path", "/", "request path and query")
	sign := flag.String("sign", "", "name/key of a secret: sign the body with it, as GitHub does")
	out := flag.String("out", "", "directory for the resources that would be created, and result.json")
	api := flag.String("github", "", "JSON of GitHub's API: {\"token\": …, \"paths\": {\"/repos/o/r/pulls/1/files\": […]}}")
	id := flag.String("event-id", "", "fixed event id and $(uid)")
	flag.Parse()
	if len(paths) == 0 || *bodyFile == "" || *out == "" {
		verdict.Die("usage: trigger-fire --triggers DIR --headers FILE --body FILE [--secret name/key=value] [--sign name/key] --out DIR")
	}
	set, err := load(paths)
	check(err)
	check(addSecrets(set.Secrets, secrets))
	listener, err := choose(set, *name)
	check(err)
	if listener.Namespace == "" {
		listener.Namespace = *namespace
	}
	body, err := os.ReadFile(*bodyFile)
	check(err)
	q, err := request(*path, *headers, body)
	check(err)
	if *sign != "" {
		secret, key, _ := strings.Cut(*sign, "/")
		if set.Secrets[secret] == nil || set.Secrets[secret].Data[key] == nil {
			verdict.Die("trigger-fire: no secret", *sign)
		}
		q.Header.Set("X-Hub-Signature-256", signature(set.Secrets[secret].Data[key], body))
	}
	if *id != "" {
		template.UUID = func() string { return *id }
	}

	check(standIn(*api))
	made, log := &creations{}, &journal{}
	s, err := listen(set, listener, *namespace, made, log)
	check(err)
	w := httptest.NewRecorder()
	s.IsValidPayload(http.HandlerFunc(s.HandleEvent)).ServeHTTP(w, q)
	s.WGProcessTriggers.Wait()
	time.Sleep(20 * time.Millisecond) // the sink logs some refusals after it has answered

	check(os.MkdirAll(*out, 0o755))
	r := &result{Listener: listener.Name, Status: w.Code}
	check(r.outcomes(listener, made.made, log.entries, *out))
	if r.print(*out, w.Body.String()) != nil {
		os.Exit(1)
	}
}

func load(paths []string) (*triggerset.Set, error) {
	found, err := documents.Read(paths)
	if err != nil {
		return nil, err
	}
	objects := triggerset.Admit(found)
	for _, o := range objects {
		if o.Err != nil {
			return nil, fmt.Errorf("not admitted: %s: %w", o.Name(), o.Err)
		}
	}
	return triggerset.Collect(objects), nil
}

func choose(set *triggerset.Set, name string) (*v1beta1.EventListener, error) {
	if l := set.Listeners[name]; l != nil {
		return l, nil
	}
	if name != "" || len(set.Listeners) != 1 {
		return nil, fmt.Errorf("no EventListener %q among %d: name one with --el", name, len(set.Listeners))
	}
	for _, l := range set.Listeners {
		return l, nil
	}
	return nil, nil
}

// listen makes the sink that an EventListener's Pod runs.
func listen(set *triggerset.Set, listener *v1beta1.EventListener, namespace string, made *creations, log *journal) (*sink.Sink, error) {
	kube := fakekube.NewSimpleClientset()
	for _, secret := range set.Secrets {
		if secret.Namespace == "" {
			secret.Namespace = namespace
		}
		if _, err := kube.CoreV1().Secrets(secret.Namespace).Create(context.Background(), secret, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	for _, name := range triggerset.Core {
		if set.ClusterInterceptors[name] == nil {
			at, _ := apis.ParseURL("http://" + interceptorHost + "/" + name)
			core := &v1alpha1.ClusterInterceptor{ObjectMeta: metav1.ObjectMeta{Name: name}}
			core.Status.Address = &duckv1.Addressable{URL: at}
			set.ClusterInterceptors[name] = core
		}
	}
	client, err := interceptorClient(kube)
	if err != nil {
		return nil, err
	}
	recorder, err := sink.NewRecorder()
	if err != nil {
		return nil, err
	}
	return &sink.Sink{
		KubeClientSet: kube, DiscoveryClient: discovery{}, DynamicClient: made, HTTPClient: client,
		EventListenerName: listener.Name, EventListenerNamespace: listener.Namespace,
		Logger:   zap.New(journalCore{LevelEnabler: zapcore.DebugLevel, to: log}).Sugar(),
		Recorder: recorder, Auth: asIs{}, PayloadValidation: true,
		WGProcessTriggers: &sync.WaitGroup{}, EventRecorder: record.NewFakeRecorder(1000),
		EventListenerLister:         listers.NewEventListenerLister(index(namespace, set.Listeners)),
		TriggerLister:               listers.NewTriggerLister(index(namespace, set.Triggers)),
		TriggerBindingLister:        listers.NewTriggerBindingLister(index(namespace, set.Bindings)),
		ClusterTriggerBindingLister: listers.NewClusterTriggerBindingLister(index("", set.ClusterBindings)),
		TriggerTemplateLister:       listers.NewTriggerTemplateLister(index(namespace, set.Templates)),
		ClusterInterceptorLister:    alisters.NewClusterInterceptorLister(index("", set.ClusterInterceptors)),
		InterceptorLister:           alisters.NewInterceptorLister(index(namespace, set.Interceptors)),
	}, nil
}

func interceptorClient(kube kubernetes.Interface) (*http.Client, error) {
	core, err := server.NewWithCoreInterceptors(interceptors.DefaultSecretGetter(kube.CoreV1()), zap.NewNop().Sugar())
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: inProcess{core}}, nil
}
