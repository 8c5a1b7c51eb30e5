// Command kustomize-build prints what `kubectl kustomize DIR` prints.
package main

import (
	"os"

	"gha2tekton.dev/conformance/internal/verdict"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	if len(os.Args) != 2 {
		verdict.Die("usage: kustomize-build DIR")
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), os.Args[1])
	if err != nil {
		verdict.Die("kustomize-build:", err)
	}
	text, err := made.AsYaml()
	if err != nil {
		verdict.Die("kustomize-build:", err)
	}
	_, _ = os.Stdout.Write(text)
}
