// Command triggers-validate judges Triggers YAML as the admission webhook does, and writes what every TriggerTemplate
// would create: to admission a template's resources are opaque, and in a cluster a wrong field of theirs is silently pruned.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gha2tekton.dev/conformance/internal/documents"
	"gha2tekton.dev/conformance/internal/triggerset"
	"gha2tekton.dev/conformance/internal/verdict"
)

func main() {
	asJSON := flag.Bool("json", false, "print verdicts as JSON lines")
	emit := flag.String("emit-templates", "", "write what every TriggerTemplate creates to this directory (a param without default is 1)")
	flag.Parse()
	found, err := documents.Read(flag.Args())
	if err != nil {
		verdict.Die(err)
	}
	objects := triggerset.Admit(found)
	var verdicts []verdict.Verdict
	for _, o := range objects {
		if o.Err != nil || strings.HasPrefix(o.Type.APIVersion, "triggers.tekton.dev/") {
			verdicts = append(verdicts, verdict.Of(o.File, o.Name(), o.Err))
		}
	}
	if *emit != "" {
		verdicts = append(verdicts, expand(triggerset.Collect(objects), *emit)...)
	}
	os.Exit(verdict.Print(verdicts, *asJSON))
}

func expand(set *triggerset.Set, dir string) (refused []verdict.Verdict) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		verdict.Die(err)
	}
	for name, template := range set.Templates {
		resources, err := triggerset.Expand(template)
		if err != nil {
			refused = append(refused, verdict.Of(dir, "TriggerTemplate/"+name, err))
		}
		for i, resource := range resources {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.yaml", name, i)), resource, 0o644); err != nil {
				verdict.Die(err)
			}
		}
	}
	return refused
}
