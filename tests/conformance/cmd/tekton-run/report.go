package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func condition(o obj) (status, reason, msg string) {
	cs, _, _ := unstructured.NestedSlice(o, "status", "conditions")
	for _, c := range cs {
		m, _ := c.(obj)
		if m["type"] == "Succeeded" {
			return fmt.Sprint(m["status"]), fmt.Sprint(m["reason"]), fmt.Sprint(m["message"])
		}
	}
	return "", "", ""
}

func writeJSON(p string, v any) {
	_ = os.MkdirAll(filepath.Dir(p), 0o755)
	b, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = os.WriteFile(p, append(b, '\n'), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func report(s *store, k *kubelet, r *resource, name, out string, code int, took time.Duration) {
	all := func(group, version, plural, dir string) []obj {
		items, _ := s.list(find(group, version, plural), selector{ns: "default"})
		for _, o := range items {
			m, _ := o["metadata"].(obj)
			delete(m, "managedFields")
			writeJSON(filepath.Join(out, dir, u(o).GetName()+".json"), o)
		}
		return items
	}
	prs := all("tekton.dev", "v1", "pipelineruns", "pipelineruns")
	trs := all("tekton.dev", "v1", "taskruns", "taskruns")
	all("", "v1", "pods", "pods")
	all("tekton.dev", "v1beta1", "customruns", "customruns")
	all("", "v1", "events", "events")
	main, _ := s.get(r, "default", name)
	st, why, msg := condition(main)
	res := obj{}
	for _, o := range append(append([]obj{}, prs...), trs...) {
		l, _, _ := unstructured.NestedSlice(o, "status", "results")
		m := obj{}
		for _, x := range l {
			e, _ := x.(obj)
			m[fmt.Sprint(e["name"])] = e["value"]
		}
		if len(m) > 0 {
			res[u(o).GetKind()+"/"+u(o).GetName()] = m
		}
	}
	type step struct {
		Name     string `json:"name"`
		ExitCode any    `json:"exitCode"`
		Reason   any    `json:"reason,omitempty"`
		Term     any    `json:"terminationReason,omitempty"`
		Log      string `json:"log"`
	}
	type task struct {
		Name         string `json:"name"`
		PipelineTask string `json:"pipelineTask,omitempty"`
		Status       string `json:"status"`
		Reason       string `json:"reason"`
		Message      string `json:"message,omitempty"`
		Retries      int    `json:"retries,omitempty"`
		Params       any    `json:"params,omitempty"`
		Results      any    `json:"results,omitempty"`
		Steps        []step `json:"steps"`
	}
	sum := struct {
		Kind    string  `json:"kind"`
		Name    string  `json:"name"`
		Status  string  `json:"status"`
		Reason  string  `json:"reason"`
		Message string  `json:"message"`
		Exit    int     `json:"exit"`
		Seconds float64 `json:"seconds"`
		Results any     `json:"results,omitempty"`
		Skipped any     `json:"skipped,omitempty"`
		Tasks   []task  `json:"tasks"`
	}{Kind: r.kind, Name: name, Status: st, Reason: why, Message: msg, Exit: code, Seconds: took.Seconds(), Results: res[r.kind+"/"+name]}
	sum.Skipped, _, _ = unstructured.NestedSlice(main, "status", "skippedTasks")
	// Times are whole seconds: what began in the same one stands as the run lists it.
	place := map[string]int{}
	children, _, _ := unstructured.NestedSlice(main, "status", "childReferences")
	for i, x := range children {
		if m, ok := x.(obj); ok {
			place[fmt.Sprint(m["name"])] = i
		}
	}
	sort.SliceStable(trs, func(i, j int) bool {
		a, _, _ := unstructured.NestedString(trs[i], "status", "startTime")
		b, _, _ := unstructured.NestedString(trs[j], "status", "startTime")
		if a != b {
			return a < b
		}
		return place[u(trs[i]).GetName()] < place[u(trs[j]).GetName()]
	})
	for _, o := range trs {
		st, why, msg := condition(o)
		t := task{Name: u(o).GetName(), PipelineTask: u(o).GetLabels()["tekton.dev/pipelineTask"], Status: st, Reason: why, Message: msg, Results: res["TaskRun/"+u(o).GetName()]}
		t.Params, _, _ = unstructured.NestedSlice(o, "spec", "params")
		rs, _, _ := unstructured.NestedSlice(o, "status", "retriesStatus")
		t.Retries = len(rs)
		pod, _, _ := unstructured.NestedString(o, "status", "podName")
		ss, _, _ := unstructured.NestedSlice(o, "status", "steps")
		for _, x := range ss {
			m, _ := x.(obj)
			e := step{Name: fmt.Sprint(m["name"]), Term: m["terminationReason"], Log: filepath.Join("logs", pod, fmt.Sprint(m["container"])+".log")}
			if tm, ok := m["terminated"].(obj); ok {
				e.ExitCode, e.Reason = tm["exitCode"], tm["reason"]
			}
			t.Steps = append(t.Steps, e)
		}
		sum.Tasks = append(sum.Tasks, t)
	}
	writeJSON(filepath.Join(out, "summary.json"), sum)
	writeJSON(filepath.Join(out, "results.json"), res)
	k.mu.Lock()
	writeJSON(filepath.Join(out, "containers.json"), k.records)
	k.mu.Unlock()
	fmt.Printf("%s %s/%s: %s %s (%.1f s)\n", map[string]string{"True": "SUCCEEDED", "False": "FAILED"}[st]+map[bool]string{true: "UNFINISHED"}[st != "True" && st != "False"], r.kind, name, why, strings.Join(strings.Fields(msg), " "), took.Seconds())
}
