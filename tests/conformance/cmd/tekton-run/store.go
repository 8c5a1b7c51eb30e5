package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"

	"gha2tekton.dev/conformance/internal/admission"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
)

type event struct {
	rv   int64
	res  string
	typ  string
	obj  obj
	prev obj
}

// store is the API server's state.
type store struct {
	ctx  context.Context // with the feature flags
	mu   sync.Mutex
	cond *sync.Cond
	rv   int64
	objs map[string]map[string]obj
	log  []event
	errs io.Writer
	logs string
}

func newStore(ctx context.Context, errs io.Writer) *store {
	s := &store{ctx: ctx, objs: map[string]map[string]obj{}, errs: errs, rv: 100}
	s.cond = sync.NewCond(&s.mu)
	return s
}

// put records a change; s.mu is held.
func (s *store) put(r *resource, typ string, k string, o, prev obj) {
	s.rv++
	u(o).SetResourceVersion(strconv.FormatInt(s.rv, 10))
	if s.objs[r.key()] == nil {
		s.objs[r.key()] = map[string]obj{}
	}
	if typ == "DELETED" {
		delete(s.objs[r.key()], k)
	} else {
		s.objs[r.key()][k] = o
	}
	s.log = append(s.log, event{s.rv, r.key(), typ, o, prev})
	s.cond.Broadcast()
}

func (s *store) admit(r *resource, o, old obj) (obj, error) {
	gvk := u(o).GroupVersionKind()
	if _, ok := admission.Types[gvk]; !ok {
		return o, nil
	}
	st, hasStatus := o["status"]
	b, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	var ob []byte
	if old != nil {
		if ob, err = json.Marshal(old); err != nil {
			return nil, err
		}
	}
	x, err := admission.Admit(s.ctx, b, ob)
	if err != nil {
		return nil, apierrors.NewBadRequest(`admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: ` + err.Error())
	}
	if mb, err := json.Marshal(x); err != nil {
		return nil, err
	} else if err := admission.Schema(mb); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if x, err := admission.ToV1(s.ctx, x); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	} else if b, err = json.Marshal(x); err != nil {
		return nil, err
	}
	n, err := decode(b)
	if err != nil {
		return nil, err
	}
	n["apiVersion"], n["kind"] = r.gvk().GroupVersion().String(), r.kind
	if hasStatus {
		n["status"] = st
	}
	if old != nil {
		if st, ok := old["status"]; ok && r.status {
			n["status"] = st
		}
	}
	return n, nil
}

func (s *store) create(r *resource, ns string, o obj, dry bool) (obj, error) {
	x := u(o)
	if x.GetKind() == "" {
		x.SetKind(r.kind)
	}
	if x.GetAPIVersion() == "" {
		x.SetAPIVersion(r.gvk().GroupVersion().String())
	}
	if !r.cluster {
		if x.GetNamespace() == "" {
			x.SetNamespace(ns)
		}
		if x.GetNamespace() != ns {
			return nil, apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
		}
	}
	if x.GetName() == "" {
		if x.GetGenerateName() == "" {
			return nil, apierrors.NewInvalid(r.gvk().GroupKind(), "", nil)
		}
		x.SetName(x.GetGenerateName() + rand.String(5))
	}
	if r.plural == "secrets" {
		if sd, ok := o["stringData"].(obj); ok {
			d, _ := o["data"].(obj)
			if d == nil {
				d = obj{}
			}
			for k, v := range sd {
				d[k] = b64(fmt.Sprint(v))
			}
			o["data"] = d
			delete(o, "stringData")
		}
	}
	if err := admission.Meta(x); err != nil && !r.cluster {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if r.plural == "pods" {
		if err := checkPod(o); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	}
	if r.status && r.group != "" {
		delete(o, "status")
	}
	o, err := s.admit(r, o, nil)
	if err != nil {
		return nil, err
	}
	x = u(o)
	x.SetUID(uuid.NewUUID())
	x.SetCreationTimestamp(metav1.Now())
	x.SetGeneration(1)
	if dry {
		return o, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := x.GetNamespace() + "/" + x.GetName()
	if s.objs[r.key()][k] != nil {
		return nil, apierrors.NewAlreadyExists(r.gr(), x.GetName())
	}
	s.put(r, "ADDED", k, o, nil)
	return cp(o), nil
}

func (s *store) get(r *resource, ns, name string) (obj, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objs[r.key()][ns+"/"+name]
	if o == nil {
		return nil, apierrors.NewNotFound(r.gr(), name)
	}
	return cp(o), nil
}

type selector struct {
	l  labels.Selector
	f  fields.Selector
	ns string
}

func (q selector) match(o obj) bool {
	if o == nil {
		return false
	}
	x := u(o)
	if q.ns != "" && x.GetNamespace() != q.ns {
		return false
	}
	if q.l != nil && !q.l.Matches(labels.Set(x.GetLabels())) {
		return false
	}
	if q.f != nil && !q.f.Empty() {
		set := fields.Set{"metadata.name": x.GetName(), "metadata.namespace": x.GetNamespace()}
		for _, p := range [][]string{{"spec", "nodeName"}, {"status", "phase"}, {"involvedObject", "name"}, {"involvedObject", "kind"}, {"involvedObject", "uid"}, {"type"}} {
			v, _, _ := unstructured.NestedString(o, p...)
			set[strings.Join(p, ".")] = v
		}
		return q.f.Matches(set)
	}
	return true
}

func (s *store) list(r *resource, q selector) ([]obj, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []obj{}
	for _, o := range s.objs[r.key()] {
		if q.match(o) {
			out = append(out, cp(o))
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return u(out[i]).GetNamespace()+"/"+u(out[i]).GetName() < u(out[j]).GetNamespace()+"/"+u(out[j]).GetName()
	})
	return out, s.rv
}

// since waits for events after rv; it returns at once when there are some, or when ctx ends.
func (s *store) since(ctx context.Context, pos int) ([]event, int) {
	stop := context.AfterFunc(ctx, func() { s.mu.Lock(); s.cond.Broadcast(); s.mu.Unlock() })
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.log) <= pos && ctx.Err() == nil {
		s.cond.Wait()
	}
	return s.log[min(pos, len(s.log)):len(s.log):len(s.log)], len(s.log)
}

func (s *store) position(rv int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sort.Search(len(s.log), func(i int) bool { return s.log[i].rv > rv })
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
