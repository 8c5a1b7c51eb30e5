// Command tekton-validate judges Tekton YAML as the API server and Tekton's admission webhooks do.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"

	"gha2tekton.dev/conformance/internal/admission"
	"gha2tekton.dev/conformance/internal/documents"
	"gha2tekton.dev/conformance/internal/verdict"
)

func main() {
	asJSON := flag.Bool("json", false, "print verdicts as JSON lines")
	flag.Parse()
	ctx, err := admission.Context(nil)
	if err != nil {
		verdict.Die(err)
	}
	found, err := documents.Read(flag.Args())
	if err != nil {
		verdict.Die(err)
	}
	var verdicts []verdict.Verdict
	for _, d := range found {
		if d.Err == nil && !strings.HasPrefix(d.Type.APIVersion, "tekton.dev/") {
			continue
		}
		verdicts = append(verdicts, verdict.Of(d.File, d.Name(), judge(ctx, d)))
	}
	os.Exit(verdict.Print(verdicts, *asJSON))
}

func judge(ctx context.Context, d documents.Document) error {
	if d.Err != nil {
		return d.Err
	}
	if err := admission.Meta(&d.Meta); err != nil {
		return err
	}
	object, err := admission.Admit(ctx, d.JSON, nil)
	if err != nil {
		return err
	}
	// the API server checks the schema after the defaulting webhook
	defaulted, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return admission.Schema(defaulted)
}
