package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func (r *podRun) status(f func(*corev1.PodStatus)) {
	for try := 0; try < 50; try++ {
		o, err := r.k.s.get(pods, r.pod.Namespace, r.pod.Name)
		if err != nil {
			return
		}
		p := toPod(o)
		f(&p.Status)
		n, err := runtime.DefaultUnstructuredConverter.ToUnstructured(p)
		if err != nil {
			return
		}
		b, _ := json.Marshal(n)
		n, _ = decode(b)
		if _, err := r.k.s.update(pods, r.pod.Namespace, r.pod.Name, "status", n, false); err == nil {
			return
		}
	}
}

func (r *podRun) publish() {
	r.status(func(st *corev1.PodStatus) {
		r.mu.Lock()
		defer r.mu.Unlock()
		one := func(cs []corev1.Container) (out []corev1.ContainerStatus) {
			for _, c := range cs {
				x := r.ctrs[c.Name]
				s := corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: "process://" + c.Image}
				switch {
				case x == nil:
					s.State.Waiting = &corev1.ContainerStateWaiting{Reason: "PodInitializing"}
				case x.term != nil:
					s.ContainerID = "process://" + r.pod.Name + "/" + c.Name
					s.State.Terminated = x.term.DeepCopy()
				default:
					t := true
					s.Started = &t
					s.Ready = x.ready
					s.ContainerID = "process://" + r.pod.Name + "/" + c.Name
					s.State.Running = &corev1.ContainerStateRunning{StartedAt: x.started}
				}
				out = append(out, s)
			}
			return out
		}
		st.InitContainerStatuses = one(r.pod.Spec.InitContainers)
		st.ContainerStatuses = one(r.pod.Spec.Containers)
		started, ended, failed := 0, 0, false
		for _, c := range r.pod.Spec.Containers {
			x := r.ctrs[c.Name]
			if x == nil {
				continue
			}
			started++
			if x.term != nil {
				ended++
				failed = failed || x.term.ExitCode != 0
			}
		}
		for _, c := range r.pod.Spec.InitContainers {
			if x := r.ctrs[c.Name]; x != nil && x.term != nil && x.term.ExitCode != 0 && !native(c) {
				st.Phase = corev1.PodFailed
				return
			}
		}
		switch {
		case started == 0:
			st.Phase = corev1.PodPending
		case ended < len(r.pod.Spec.Containers):
			st.Phase = corev1.PodRunning
		case failed:
			st.Phase = corev1.PodFailed
		default:
			st.Phase = corev1.PodSucceeded
		}
	})
}

func native(c corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

func (r *podRun) run(ctx context.Context) {
	defer close(r.done)
	now := metav1.Now()
	r.status(func(st *corev1.PodStatus) {
		st.Phase, st.StartTime, st.PodIP, st.HostIP = corev1.PodPending, &now, "127.0.0.1", "127.0.0.1"
		st.PodIPs = []corev1.PodIP{{IP: "127.0.0.1"}}
		for _, c := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized} {
			st.Conditions = append(st.Conditions, corev1.PodCondition{Type: c, Status: corev1.ConditionTrue, LastTransitionTime: now})
		}
	})
	var vols map[string]string
	for {
		var err error
		if vols, err = r.volumes(); err == nil {
			break
		}
		fmt.Fprintf(r.k.s.errs, "pod %s: %v\n", r.pod.Name, err)
		r.status(func(st *corev1.PodStatus) {
			st.ContainerStatuses = nil
			for _, c := range r.pod.Spec.Containers {
				st.ContainerStatuses = append(st.ContainerStatuses, corev1.ContainerStatus{Name: c.Name, Image: c.Image, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating", Message: err.Error()}}})
			}
		})
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		r.mu.Lock()
		dead := r.dead
		r.mu.Unlock()
		if dead {
			return
		}
	}
	if r.k.podNet {
		f, err := netns()
		if err != nil {
			fmt.Fprintln(r.k.s.errs, "netns:", err)
		}
		r.netfd = f
	}
	var side []*ctr
	for _, c := range r.pod.Spec.InitContainers {
		x := r.start(ctx, c, vols, "init")
		if native(c) {
			side = append(side, x)
			continue
		}
		r.publish()
		<-x.done
		r.publish()
		if x.term.ExitCode != 0 {
			return
		}
		r.mu.Lock()
		dead := r.dead
		r.mu.Unlock()
		if dead {
			return
		}
	}
	var all []*ctr
	for _, c := range r.pod.Spec.Containers {
		kind := "step"
		if strings.HasPrefix(c.Name, "sidecar-") {
			kind = "sidecar"
		} else if !strings.HasPrefix(c.Name, "step-") {
			kind = "container"
		}
		all = append(all, r.start(ctx, c, vols, kind))
	}
	r.publish()
	var wg sync.WaitGroup
	for _, x := range all {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-x.done
			r.publish()
		}()
	}
	wg.Wait()
	for _, x := range side {
		r.stop(x)
	}
	r.publish()
	r.tidy()
}

// tidy removes what nobody looks at after the pod: Tekton's own program alone is 45 MB.
func (r *podRun) tidy() {
	gone := r.dir
	if r.k.keep {
		gone = filepath.Join(r.dir, "volumes", "tekton-internal-bin")
	}
	_ = os.RemoveAll(gone)
}
