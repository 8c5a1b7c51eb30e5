// Command tekton-run executes one PipelineRun (or TaskRun) with Tekton's own reconcilers (cmd/controller) and step code
// (cmd/entrypoint), against a small API server inside this process; containers are local processes in their own mount, PID, IPC
// and UTS namespaces, over a throw-away overlay of this machine's root. Root is needed.
// Not carried: scheduling, image file systems, quotas, RBAC, remote resolvers, credentials from annotated Secrets.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gha2tekton.dev/conformance/internal/admission"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// what the program exits with
const (
	succeeded = 0
	failed    = 1 // also: refused by admission
	broken    = 2
	late      = 3
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "__container" {
		become(os.Args[2])
	}
	o := parse()
	began := time.Now()
	flags, err := admission.Context(nil)
	check(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	apilog, err := os.Create(filepath.Join(o.out, "api.log"))
	check(err)

	s := newStore(flags, apilog)
	s.logs = filepath.Join(o.out, "logs")
	check(s.install())
	run, err := s.bring(o.files, o.run)
	refuse(err)
	claims, err := s.bind(run, o.workspaces)
	check(err)
	setParams(run, o.params)

	k := &kubelet{
		s: s, dir: o.scratch, logs: s.logs, pvcs: filepath.Join(o.out, "workspaces"), claims: claims, bin: o.bin, hide: o.hide,
		grace: o.grace, podNet: o.network == "pod", keep: o.keep, images: o.table, pods: map[string]*podRun{},
	}
	r := find("tekton.dev", "v1", "pipelineruns")
	if u(run).GetKind() == "TaskRun" {
		r = find("tekton.dev", "v1", "taskruns")
	}
	u(run).SetNamespace("default")
	created, err := s.create(r, "default", run, false)
	refuse(err)
	name := u(created).GetName()
	fmt.Printf("STARTED %s/%s\n", r.kind, name)
	c := startController(s, o, apilog)
	go k.run(ctx)
	code := await(ctx, s, r, name, c, o, began)
	if code < broken {
		settle(s)
	}
	report(s, k, r, name, o.out, code, time.Since(began))
	c.stop()
	k.killAll()
	cancel()
	if !o.keep {
		_ = os.RemoveAll(o.scratch)
	}
	os.Exit(code)
}

func refuse(err error) {
	if err != nil {
		fmt.Println("REFUSED", strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(failed)
	}
}

// await gives the exit status once the run is done, late or can go no further.
func await(ctx context.Context, s *store, r *resource, name string, c *controller, o *options, began time.Time) int {
	deadline := time.After(time.Duration(o.timeout) * time.Second)
	batches := make(chan []event)
	go func() {
		for position := 0; ctx.Err() == nil; {
			var batch []event
			batch, position = s.since(ctx, position)
			select {
			case batches <- batch:
			case <-ctx.Done():
			}
		}
	}()
	var last obj
	var done <-chan time.Time
	for {
		select {
		case <-deadline:
			fmt.Println("TIMEOUT after", o.timeout, "s")
			return late
		case err := <-c.done:
			fmt.Println("CONTROLLER ENDED:", err)
			c.done <- err
			return broken
		case <-done:
			if status, _, _ := condition(last); status == "True" {
				return succeeded
			}
			return failed
		case batch := <-batches:
			for _, e := range batch {
				if o.verbose {
					tell(e, began)
				}
				if e.res != r.key() || u(e.obj).GetName() != name {
					continue
				}
				last = e.obj
				if status, _, _ := condition(e.obj); (status == "True" || status == "False") && done == nil {
					done = time.After(300 * time.Millisecond) // completionTime and the sidecars' end come with later writes
				}
			}
		}
	}
}

func tell(e event, began time.Time) {
	if e.res != "tekton.dev/taskruns" && e.res != "tekton.dev/pipelineruns" {
		return
	}
	status, reason, _ := condition(e.obj)
	oldStatus, oldReason, _ := condition(e.prev)
	if status+reason != oldStatus+oldReason {
		fmt.Printf("%6.1fs %s/%s %s %s\n", time.Since(began).Seconds(), u(e.obj).GetKind(), u(e.obj).GetName(), status, reason)
	}
}

// settle gives sidecars the time to be stopped.
func settle(s *store) {
	for range 50 {
		busy := false
		items, _ := s.list(pods, selector{})
		for _, o := range items {
			phase, _, _ := unstructured.NestedString(o, "status", "phase")
			busy = busy || phase != "Succeeded" && phase != "Failed"
		}
		if !busy {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
