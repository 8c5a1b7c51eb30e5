// Command tekton-resolve judges every PipelineRun of the given files as Tekton's controller does when it takes it up, against
// the Tasks and Pipelines of the same files. A Pipeline that no run names is judged with a made-up run.
package main

import (
	"flag"
	"os"

	"gha2tekton.dev/conformance/internal/documents"
	"gha2tekton.dev/conformance/internal/resolution"
	"gha2tekton.dev/conformance/internal/verdict"
)

func main() {
	asJSON := flag.Bool("json", false, "print verdicts as JSON lines")
	flag.Parse()
	found, err := documents.Read(flag.Args())
	if err != nil {
		verdict.Die(err)
	}
	set, err := resolution.NewSet(found)
	if err != nil {
		verdict.Die(err)
	}
	var verdicts []verdict.Verdict
	for _, run := range set.Runs {
		verdicts = append(verdicts, verdict.Of(run.File, run.Document.Name(), set.Check(run)))
	}
	for _, run := range set.Unused() {
		verdicts = append(verdicts, verdict.Of(run.File, run.Document.Name(), set.Check(run)))
	}
	os.Exit(verdict.Print(verdicts, *asJSON))
}
