package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

func reply(w http.ResponseWriter, code int, o any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(o)
}

func (s *store) fail(w http.ResponseWriter, q *http.Request, err error) {
	st, ok := err.(apierrors.APIStatus)
	if !ok {
		st = apierrors.NewInternalError(err)
	}
	x := st.Status()
	x.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	if x.Code != 404 && x.Code != 409 {
		fmt.Fprintf(s.errs, "%s %s -> %d %s\n", q.Method, q.URL, x.Code, x.Message)
	}
	reply(w, int(x.Code), x)
}

func (s *store) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	defer func() {
		if e := recover(); e != nil {
			log.Printf("api panic: %v %s", e, q.URL)
			panic(e)
		}
	}()
	seg := strings.Split(strings.Trim(q.URL.Path, "/"), "/")
	switch {
	case q.URL.Path == "/version":
		reply(w, 200, obj{"major": "1", "minor": "34", "gitVersion": "v1.34.0", "platform": "linux/amd64"})
		return
	case seg[0] == "healthz" || seg[0] == "readyz" || seg[0] == "livez":
		_, _ = io.WriteString(w, "ok")
		return
	case q.URL.Path == "/api":
		reply(w, 200, obj{"kind": "APIVersions", "versions": []string{"v1"}})
		return
	case q.URL.Path == "/apis":
		reply(w, 200, groups())
		return
	case seg[0] == "api" && len(seg) == 2:
		reply(w, 200, resources("", seg[1]))
		return
	case seg[0] == "apis" && len(seg) == 3:
		reply(w, 200, resources(seg[1], seg[2]))
		return
	}
	var group, version string
	switch {
	case seg[0] == "api" && len(seg) > 2:
		version, seg = seg[1], seg[2:]
	case seg[0] == "apis" && len(seg) > 3:
		group, version, seg = seg[1], seg[2], seg[3:]
	default:
		s.fail(w, q, apierrors.NewNotFound(schema.GroupResource{}, q.URL.Path))
		return
	}
	var ns, plural, name, sub string
	if seg[0] == "namespaces" && len(seg) >= 3 {
		ns, seg = seg[1], seg[2:]
	}
	plural = seg[0]
	if len(seg) > 1 {
		name = seg[1]
	}
	if len(seg) > 2 {
		sub = seg[2]
	}
	r := find(group, version, plural)
	if plural == "pods" && sub == "log" && s.logs != "" {
		f, err := os.Open(filepath.Join(s.logs, filepath.Base(name), filepath.Base(q.URL.Query().Get("container"))+".log"))
		if err != nil {
			s.fail(w, q, apierrors.NewNotFound(r.gr(), name))
			return
		}
		defer f.Close()
		_, _ = io.Copy(w, f)
		return
	}
	if r == nil || sub != "" && sub != "status" {
		s.fail(w, q, apierrors.NewGenericServerResponse(404, q.Method, schema.GroupResource{Group: group, Resource: plural}, name, "the server could not find the requested resource", 0, true))
		return
	}
	s.serve(w, q, r, version, ns, name, sub)
}

func (s *store) serve(w http.ResponseWriter, q *http.Request, r *resource, version, ns, name, sub string) {
	v := q.URL.Query()
	dry := v.Get("dryRun") != ""
	present := func(o obj) obj {
		if version != r.versions[0] {
			o["apiVersion"] = strings.TrimPrefix(r.group+"/"+version, "/")
		}
		return o
	}
	done := func(code int, o obj, err error) {
		if err != nil {
			s.fail(w, q, err)
			return
		}
		reply(w, code, present(o))
	}
	body := func() []byte {
		b, _ := io.ReadAll(q.Body)
		return b
	}
	sel := selector{ns: ns}
	if x := v.Get("labelSelector"); x != "" {
		l, err := labels.Parse(x)
		if err != nil {
			s.fail(w, q, apierrors.NewBadRequest(err.Error()))
			return
		}
		sel.l = l
	}
	if x := v.Get("fieldSelector"); x != "" {
		f, err := fields.ParseSelector(x)
		if err != nil {
			s.fail(w, q, apierrors.NewBadRequest(err.Error()))
			return
		}
		sel.f = f
	}
	ct := strings.TrimSpace(strings.Split(q.Header.Get("Content-Type"), ";")[0])
	read := func() (obj, error) {
		b := body()
		if ct != "" && ct != "application/json" {
			// protobuf and the like, by client-go's own codecs
			o, _, err := scheme.Codecs.UniversalDeserializer().Decode(b, nil, nil)
			if err != nil {
				return nil, apierrors.NewBadRequest(ct + ": " + err.Error())
			}
			if b, err = json.Marshal(o); err != nil {
				return nil, err
			}
		}
		return decode(b)
	}
	switch q.Method {
	case http.MethodGet:
		if name == "" {
			if v.Get("watch") == "true" || v.Get("watch") == "1" {
				s.watch(w, q, r, sel, present)
				return
			}
			items, rv := s.list(r, sel)
			for i := range items {
				items[i] = present(items[i])
			}
			reply(w, 200, obj{"kind": r.kind + "List", "apiVersion": strings.TrimPrefix(r.group+"/"+version, "/"), "metadata": obj{"resourceVersion": strconv.FormatInt(rv, 10)}, "items": items})
			return
		}
		o, err := s.get(r, ns, name)
		done(200, o, err)
	case http.MethodPost:
		o, err := read()
		if err == nil {
			o, err = s.create(r, ns, o, dry)
		}
		done(201, o, err)
	case http.MethodPut:
		o, err := read()
		if err == nil {
			o, err = s.update(r, ns, name, sub, o, dry)
		}
		done(200, o, err)
	case http.MethodPatch:
		o, err := s.patch(r, ns, name, sub, ct, body(), dry)
		done(200, o, err)
	case http.MethodDelete:
		if name == "" {
			items, _ := s.list(r, sel)
			for _, o := range items {
				_, _ = s.delete(r, u(o).GetNamespace(), u(o).GetName())
			}
			reply(w, 200, metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Success"})
			return
		}
		o, err := s.delete(r, ns, name)
		done(200, o, err)
	default:
		s.fail(w, q, apierrors.NewMethodNotSupported(r.gr(), q.Method))
	}
}
