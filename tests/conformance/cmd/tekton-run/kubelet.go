package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"gha2tekton.dev/conformance/internal/admission"
	"gha2tekton.dev/conformance/internal/images"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// kubelet runs the containers of pods as processes.
type kubelet struct {
	s       *store
	dir     string // scratch
	logs    string
	claims  map[string]string // claim name -> host directory
	pvcs    string
	bin     string
	hide    []string
	grace   time.Duration
	podNet  bool
	keep    bool
	images  images.Table
	size    string
	mu      sync.Mutex
	pods    map[string]*podRun
	records []*record
	wg      sync.WaitGroup
}

// record is one container as it was asked for and as it ended.
type record struct {
	Pod          string                      `json:"pod"`
	TaskRun      string                      `json:"taskRun,omitempty"`
	PipelineTask string                      `json:"pipelineTask,omitempty"`
	Container    string                      `json:"container"`
	Kind         string                      `json:"kind"`
	Image        string                      `json:"image"`
	Resources    corev1.ResourceRequirements `json:"resources"`
	Command      []string                    `json:"command,omitempty"`
	WorkingDir   string                      `json:"workingDir,omitempty"`
	UID          int                         `json:"uid"`
	ExitCode     *int                        `json:"exitCode,omitempty"`
	Started      time.Time                   `json:"started,omitempty"`
	Finished     time.Time                   `json:"finished,omitempty"`
	NodeSelector map[string]string           `json:"nodeSelector,omitempty"`
	Tolerations  []corev1.Toleration         `json:"tolerations,omitempty"`
	RuntimeClass string                      `json:"runtimeClass,omitempty"`
}

type podRun struct {
	k     *kubelet
	pod   *corev1.Pod
	dir   string
	mu    sync.Mutex
	ctrs  map[string]*ctr
	dead  bool
	down  []func(*corev1.Pod)
	netfd *os.File
	done  chan struct{}
}

type ctr struct {
	name    string
	image   string
	cmd     *exec.Cmd
	started metav1.Time
	ready   bool
	term    *corev1.ContainerStateTerminated
	done    chan struct{}
	stopped bool
}

var pods = find("", "v1", "pods")

func checkPod(o obj) error {
	p := &corev1.Pod{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o, p); err != nil {
		return err
	}
	return admission.CheckPod(p)
}

func toPod(o obj) *corev1.Pod {
	p := &corev1.Pod{}
	_ = runtime.DefaultUnstructuredConverter.FromUnstructured(o, p)
	return p
}

func (k *kubelet) run(ctx context.Context) {
	pos := 0
	for ctx.Err() == nil {
		var evs []event
		evs, pos = k.s.since(ctx, pos)
		for _, e := range evs {
			switch e.res {
			case "/persistentvolumeclaims":
				if e.typ == "ADDED" {
					o := cp(e.obj)
					o["status"] = obj{"phase": "Bound"}
					u(o).SetResourceVersion("")
					_, _ = k.s.update(find("", "v1", "persistentvolumeclaims"), u(o).GetNamespace(), u(o).GetName(), "status", o, false)
				}
			case "/pods":
				p := toPod(e.obj)
				key := p.Namespace + "/" + p.Name
				k.mu.Lock()
				r := k.pods[key]
				if r == nil && e.typ != "DELETED" {
					r = &podRun{k: k, pod: p, ctrs: map[string]*ctr{}, dir: filepath.Join(k.dir, "pods", p.Name), done: make(chan struct{})}
					k.pods[key] = r
					k.mu.Unlock()
					k.wg.Add(1)
					go func() {
						defer k.wg.Done()
						r.run(ctx)
					}()
					continue
				}
				k.mu.Unlock()
				if r != nil {
					r.changed(p, e.typ)
				}
			}
		}
	}
}

// changed reacts to a patch of the pod: annotations for the downward API, the nop image for sidecars, deletion.
func (r *podRun) changed(p *corev1.Pod, typ string) {
	r.mu.Lock()
	r.pod.Annotations, r.pod.Labels = p.Annotations, p.Labels
	for _, f := range r.down {
		f(p)
	}
	type stop struct{ c *ctr }
	var stops []*ctr
	for _, c := range p.Spec.Containers {
		if x := r.ctrs[c.Name]; x != nil && x.image != c.Image && !x.stopped {
			x.stopped = true
			stops = append(stops, x)
		}
	}
	kill := p.DeletionTimestamp != nil && !r.dead
	if kill {
		r.dead = true
		for _, x := range r.ctrs {
			stops = append(stops, x)
		}
	}
	r.mu.Unlock()
	if len(stops) == 0 && !kill {
		return
	}
	go func() {
		var wg sync.WaitGroup
		for _, x := range stops {
			wg.Add(1)
			go func() { defer wg.Done(); r.stop(x) }()
		}
		wg.Wait()
		if kill {
			select {
			case <-r.done:
			case <-time.After(10 * time.Second):
			}
			r.k.save(r.pod.Namespace, r.pod.Name)
			r.k.s.remove(pods, r.pod.Namespace, r.pod.Name)
		}
	}()
}

func (r *podRun) stop(x *ctr) {
	if x.cmd == nil || x.cmd.Process == nil {
		return
	}
	_ = x.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-x.done:
	case <-time.After(r.k.grace):
		_ = x.cmd.Process.Kill()
		<-x.done
	}
}

// save keeps the last state of a pod that goes away.
func (k *kubelet) save(ns, name string) {
	if o, err := k.s.get(pods, ns, name); err == nil {
		writeJSON(filepath.Join(k.logs, "..", "pods", name+".json"), o)
	}
}

func (k *kubelet) killAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.pods {
		p.mu.Lock()
		for _, x := range p.ctrs {
			if x.term == nil && x.cmd != nil && x.cmd.Process != nil {
				_ = x.cmd.Process.Kill()
			}
		}
		p.mu.Unlock()
	}
}
