package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
)

// update writes o (already a copy). sub is "" or "status".
func (s *store) update(r *resource, ns, name, sub string, in obj, dry bool) (obj, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := ns + "/" + name
	old := s.objs[r.key()][k]
	if old == nil {
		return nil, apierrors.NewNotFound(r.gr(), name)
	}
	if rv := u(in).GetResourceVersion(); rv != "" && rv != u(old).GetResourceVersion() {
		return nil, apierrors.NewConflict(r.gr(), name, fmt.Errorf("the object has been modified; please apply your changes to the latest version and try again"))
	}
	var n obj
	if sub == "status" {
		n = cp(old)
		n["status"] = in["status"]
	} else {
		n = in
		x := u(n)
		x.SetName(name)
		x.SetNamespace(u(old).GetNamespace())
		x.SetUID(u(old).GetUID())
		x.SetCreationTimestamp(u(old).GetCreationTimestamp())
		x.SetDeletionTimestamp(u(old).GetDeletionTimestamp())
		x.SetGeneration(u(old).GetGeneration())
		if r.status {
			if st, ok := old["status"]; ok {
				n["status"] = runtime.DeepCopyJSONValue(st)
			} else {
				delete(n, "status")
			}
		}
		var err error
		if n, err = s.admit(r, n, old); err != nil {
			return nil, err
		}
		if !reflect.DeepEqual(n["spec"], old["spec"]) {
			u(n).SetGeneration(u(old).GetGeneration() + 1)
		}
	}
	u(n).SetResourceVersion(u(old).GetResourceVersion())
	if dry {
		return n, nil
	}
	if reflect.DeepEqual(n, old) {
		return cp(old), nil
	}
	if u(n).GetDeletionTimestamp() != nil && len(u(n).GetFinalizers()) == 0 && r.plural != "pods" {
		s.put(r, "DELETED", k, n, old)
		return cp(n), nil
	}
	s.put(r, "MODIFIED", k, n, old)
	return cp(n), nil
}

func (s *store) patch(r *resource, ns, name, sub, ctype string, p []byte, dry bool) (obj, error) {
	for try := 0; ; try++ {
		old, err := s.get(r, ns, name)
		if err != nil {
			return nil, err
		}
		b, err := json.Marshal(old)
		if err != nil {
			return nil, err
		}
		var nb []byte
		switch ctype {
		case "application/json-patch+json":
			jp, err := jsonpatch.DecodePatch(p)
			if err != nil {
				return nil, apierrors.NewBadRequest(err.Error())
			}
			nb, err = jp.Apply(b)
			if err != nil {
				return nil, apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "patch", r.gr(), name, err.Error(), 0, false)
			}
		case "application/strategic-merge-patch+json":
			t, err := scheme.Scheme.New(r.gvk())
			if err != nil {
				return nil, apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "patch", r.gr(), name, "", 0, false)
			}
			nb, err = strategicpatch.StrategicMergePatch(b, p, t)
			if err != nil {
				return nil, apierrors.NewBadRequest(err.Error())
			}
		case "application/merge-patch+json":
			nb, err = jsonpatch.MergePatch(b, p)
			if err != nil {
				return nil, apierrors.NewBadRequest(err.Error())
			}
		default:
			return nil, apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "patch", r.gr(), name, ctype, 0, false)
		}
		n, err := decode(nb)
		if err != nil {
			return nil, err
		}
		o, err := s.update(r, ns, name, sub, n, dry)
		if apierrors.IsConflict(err) && u(n).GetResourceVersion() == u(old).GetResourceVersion() && try < 20 {
			continue
		}
		return o, err
	}
}

func (s *store) delete(r *resource, ns, name string) (obj, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := ns + "/" + name
	old := s.objs[r.key()][k]
	if old == nil {
		return nil, apierrors.NewNotFound(r.gr(), name)
	}
	n := cp(old)
	if len(u(n).GetFinalizers()) > 0 || r.plural == "pods" {
		if u(n).GetDeletionTimestamp() == nil {
			now := metav1.Now()
			u(n).SetDeletionTimestamp(&now)
			s.put(r, "MODIFIED", k, n, old)
		}
		return cp(n), nil
	}
	s.put(r, "DELETED", k, n, old)
	return cp(n), nil
}

// remove takes a pod away for good, as the kubelet does after it has stopped it.
func (s *store) remove(r *resource, ns, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := ns + "/" + name
	if old := s.objs[r.key()][k]; old != nil {
		s.put(r, "DELETED", k, cp(old), old)
	}
}
