package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	"go.uber.org/zap/zapcore"
	"sigs.k8s.io/yaml"
)

// outcome is what became of one Trigger.
type outcome struct {
	Name    string   `json:"name"`
	Outcome string   `json:"outcome"` // created, filtered, error, nothing
	Why     string   `json:"why,omitempty"`
	Files   []string `json:"files,omitempty"`
}

type result struct {
	Listener string     `json:"eventListener"`
	Status   int        `json:"status"`
	Triggers []*outcome `json:"triggers"`
	Errors   []string   `json:"errors"`
	Created  int        `json:"created"`
}

const stopped = "interceptor stopped trigger processing: "

// outcomes reads what the sink created and logged.
func (r *result) outcomes(listener *v1beta1.EventListener, made []creation, entries []entry, out string) error {
	byName := map[string]*outcome{}
	of := func(name string) *outcome {
		if byName[name] == nil {
			byName[name] = &outcome{Name: name, Outcome: "nothing"}
			r.Triggers = append(r.Triggers, byName[name])
		}
		return byName[name]
	}
	for i, c := range made {
		file, err := c.write(i, out)
		if err != nil {
			return err
		}
		o := of(c.object.GetLabels()["triggers.tekton.dev/trigger"])
		o.Outcome, o.Files = "created", append(o.Files, file)
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.message, stopped):
			name := e.trigger
			if name == "" {
				name = "group:" + e.group
			}
			o := of(name)
			o.Outcome, o.Why = "filtered", strings.TrimPrefix(e.message, stopped)
		case e.level == zapcore.ErrorLevel && e.trigger == "":
			r.Errors = append(r.Errors, e.message)
		case e.level == zapcore.ErrorLevel:
			o := of(e.trigger)
			o.Outcome, o.Why = "error", e.message
		}
	}
	for _, t := range listener.Spec.Triggers {
		if t.TriggerRef != "" {
			of(t.TriggerRef)
		} else {
			of(t.Name)
		}
	}
	sort.Slice(r.Triggers, func(i, j int) bool { return r.Triggers[i].Name < r.Triggers[j].Name })
	r.Created = len(made)
	return nil
}

func (c creation) write(i int, out string) (string, error) {
	name := c.object.GetName()
	if name == "" {
		name = c.object.GetGenerateName() + "x"
	}
	if c.object.GetNamespace() == "" {
		c.object.SetNamespace(c.namespace)
	}
	text, err := yaml.Marshal(c.object.Object)
	if err != nil {
		return "", err
	}
	file := fmt.Sprintf("%02d-%s-%s.yaml", i, strings.ToLower(c.object.GetKind()), name)
	return file, os.WriteFile(filepath.Join(out, file), text, 0o644)
}

// print writes result.json and one line a Trigger; the error says that something went wrong, which a filter is not.
func (r *result) print(out, answer string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "result.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	var wrong error
	for _, o := range r.Triggers {
		line := strings.ToUpper(o.Outcome) + " " + o.Name
		if o.Why != "" {
			line += ": " + strings.Join(strings.Fields(o.Why), " ")
		}
		fmt.Println(strings.Join(append([]string{line}, o.Files...), " "))
		if o.Outcome == "error" {
			wrong = errors.New("a Trigger failed")
		}
	}
	for _, e := range r.Errors {
		fmt.Println("ERROR", e)
		wrong = errors.New("the listener failed")
	}
	if r.Status != 202 {
		fmt.Println("HTTP", r.Status, strings.TrimSpace(answer))
		wrong = errors.New("the delivery was refused")
	}
	return wrong
}
