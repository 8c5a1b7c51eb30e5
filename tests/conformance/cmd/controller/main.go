// Command controller runs Tekton's TaskRun and PipelineRun reconcilers against the API server that the kubeconfig names.
package main

import (
	"flag"
	"log"
	"os"

	"gha2tekton.dev/conformance/internal/images"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun"
	"github.com/tektoncd/pipeline/pkg/reconciler/taskrun"
	"k8s.io/utils/clock"
	filteredinformerfactory "knative.dev/pkg/client/injection/kube/informers/factory/filtered"
	"knative.dev/pkg/injection"
	"knative.dev/pkg/injection/sharedmain"
	"knative.dev/pkg/signals"
)

func main() {
	var own pipeline.Images
	for name, at := range map[string]*string{
		"entrypoint-image": &own.EntrypointImage, "nop-image": &own.NopImage, "shell-image": &own.ShellImage,
		"shell-image-win": &own.ShellImageWin, "workingdirinit-image": &own.WorkingDirInitImage,
		"sidecarlogresults-image": &own.SidecarLogResultsImage,
	} {
		flag.StringVar(at, name, "", "image that the Pods name for it")
	}
	table, err := images.Load(os.Getenv("CONFORMANCE_IMAGES"))
	if err != nil {
		log.Fatal(err)
	}
	remote.DefaultTransport = images.Registry{Table: table}
	config := injection.ParseAndGetRESTConfigOrDie()
	ctx := sharedmain.WithHADisabled(signals.NewContext())
	ctx = filteredinformerfactory.WithSelectors(ctx, v1.ManagedByLabelKey)
	options := &pipeline.Options{Images: own}
	sharedmain.MainWithConfig(ctx, "tekton-pipelines-controller", config,
		taskrun.NewController(options, clock.RealClock{}),
		pipelinerun.NewController(options, clock.RealClock{}),
	)
}
