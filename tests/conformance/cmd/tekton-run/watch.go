package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

func (s *store) watch(w http.ResponseWriter, q *http.Request, r *resource, sel selector, present func(obj) obj) {
	v := q.URL.Query()
	ctx := q.Context()
	if t, err := strconv.Atoi(v.Get("timeoutSeconds")); err == nil && t > 0 {
		c, cancel := context.WithTimeout(ctx, time.Duration(t)*time.Second)
		defer cancel()
		ctx = c
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(200)
	enc := json.NewEncoder(w)
	fl := w.(http.Flusher)
	send := func(t string, o obj) bool { return enc.Encode(obj{"type": t, "object": present(cp(o))}) == nil }
	rv, _ := strconv.ParseInt(v.Get("resourceVersion"), 10, 64)
	initial := v.Get("sendInitialEvents") == "true" || rv == 0
	if initial {
		items, at := s.list(r, sel)
		for _, o := range items {
			send("ADDED", o)
		}
		rv = at
		if v.Get("sendInitialEvents") == "true" {
			gv := r.gvk().GroupVersion().String()
			send("BOOKMARK", obj{"kind": r.kind, "apiVersion": gv, "metadata": obj{"resourceVersion": strconv.FormatInt(at, 10), "creationTimestamp": nil, "annotations": obj{"k8s.io/initial-events-end": "true"}}})
		}
	}
	fl.Flush()
	pos := s.position(rv)
	for ctx.Err() == nil {
		var evs []event
		evs, pos = s.since(ctx, pos)
		for _, e := range evs {
			if e.res != r.key() {
				continue
			}
			now, was := sel.match(e.obj), sel.match(e.prev)
			t := e.typ
			switch {
			case e.typ == "DELETED":
				if !was && !now {
					continue
				}
			case now && !was:
				t = "ADDED"
			case now:
				t = "MODIFIED"
			case was:
				t = "DELETED"
			default:
				continue
			}
			if !send(t, e.obj) {
				return
			}
		}
		fl.Flush()
	}
}
