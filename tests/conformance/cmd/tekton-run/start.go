package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (r *podRun) start(ctx context.Context, c corev1.Container, vols map[string]string, kind string) *ctr {
	x := &ctr{name: c.Name, image: c.Image, done: make(chan struct{}), started: metav1.Now()}
	r.mu.Lock()
	r.ctrs[c.Name] = x
	dead := r.dead
	r.mu.Unlock()
	k := r.k
	rec := &record{Pod: r.pod.Name, TaskRun: r.pod.Labels["tekton.dev/taskRun"], PipelineTask: r.pod.Labels["tekton.dev/pipelineTask"], Container: c.Name, Kind: kind, Image: c.Image, Resources: c.Resources, Started: time.Now(), UID: 0, NodeSelector: r.pod.Spec.NodeSelector, Tolerations: r.pod.Spec.Tolerations}
	if r.pod.Spec.RuntimeClassName != nil {
		rec.RuntimeClass = *r.pod.Spec.RuntimeClassName
	}
	k.mu.Lock()
	k.records = append(k.records, rec)
	k.mu.Unlock()
	finish := func(code int, reason, msg string) {
		r.mu.Lock()
		x.term = &corev1.ContainerStateTerminated{ExitCode: int32(code), Reason: reason, Message: msg, StartedAt: x.started, FinishedAt: metav1.Now(), ContainerID: "process://" + r.pod.Name + "/" + c.Name}
		x.ready = false
		r.mu.Unlock()
		k.mu.Lock()
		rec.ExitCode, rec.Finished = &code, time.Now()
		k.mu.Unlock()
		close(x.done)
	}
	if dead {
		finish(137, "Error", "pod deleted")
		return x
	}
	_, im, _ := k.images.Find(c.Image)
	env, exp, err := r.env(c, im)
	if err != nil {
		finish(128, "CreateContainerConfigError", err.Error())
		return x
	}
	argv := append([]string{}, c.Command...)
	if len(argv) == 0 {
		argv = append(argv, im.Entrypoint...)
		if len(c.Args) == 0 {
			argv = append(argv, im.Cmd...)
		}
	}
	argv = append(argv, c.Args...)
	for i := range argv {
		argv[i] = expand(argv[i], exp)
	}
	if len(argv) == 0 {
		finish(128, "StartError", fmt.Sprintf("image %q: its own command is not known here: give it with --images", c.Image))
		return x
	}
	logdir := filepath.Join(k.logs, r.pod.Name)
	_ = os.MkdirAll(logdir, 0o755)
	logf := filepath.Join(logdir, c.Name+".log")
	f, err := os.Create(logf)
	if err != nil {
		finish(128, "StartError", err.Error())
		return x
	}
	base := filepath.Join(r.dir, "containers", c.Name)
	_ = os.MkdirAll(filepath.Join(base, "mnt"), 0o755)
	spec := cspec{Work: filepath.Join(base, "mnt"), Lower: "/", Hide: k.hide, Env: env, Argv: argv, Dir: c.WorkingDir, UID: -1, GID: -1, Host: r.pod.Name, Size: k.size}
	if im.Root != "" {
		spec.Lower = im.Root
	}
	if spec.Dir == "" {
		spec.Dir = im.WorkingDir
	}
	if im.UID != nil {
		spec.UID = *im.UID
	}
	if sc := r.pod.Spec.SecurityContext; sc != nil {
		if sc.RunAsUser != nil {
			spec.UID = int(*sc.RunAsUser)
		}
		if sc.RunAsGroup != nil {
			spec.GID = int(*sc.RunAsGroup)
		}
	}
	if sc := c.SecurityContext; sc != nil {
		if sc.RunAsUser != nil {
			spec.UID = int(*sc.RunAsUser)
		}
		if sc.RunAsGroup != nil {
			spec.GID = int(*sc.RunAsGroup)
		}
		if sc.ReadOnlyRootFilesystem != nil {
			spec.ReadOnly = *sc.ReadOnlyRootFilesystem
		}
	}
	rec.Command, rec.WorkingDir = argv, spec.Dir
	if spec.UID >= 0 {
		rec.UID = spec.UID
	}
	spec.Mounts = append(spec.Mounts, cmount{k.bin, "/ko-app", true})
	if hosts := r.pod.Spec.HostAliases; len(hosts) > 0 {
		known, _ := os.ReadFile("/etc/hosts")
		for _, h := range hosts {
			known = append(known, []byte(h.IP+" "+strings.Join(h.Hostnames, " ")+"\n")...)
		}
		file := filepath.Join(base, "hosts")
		_ = os.WriteFile(file, known, 0o644)
		spec.Mounts = append(spec.Mounts, cmount{file, "/etc/hosts", false})
	}
	for _, m := range c.VolumeMounts {
		src := vols[m.Name]
		sub := m.SubPath
		if m.SubPathExpr != "" {
			sub = expand(m.SubPathExpr, exp)
		}
		if sub != "" {
			src = filepath.Join(src, sub)
			if _, err := os.Stat(src); err != nil {
				_ = os.MkdirAll(src, 0o777)
				_ = os.Chmod(src, 0o777)
			}
		}
		spec.Mounts = append(spec.Mounts, cmount{src, m.MountPath, m.ReadOnly})
	}
	// outer mount points first, as container runtimes do
	sort.SliceStable(spec.Mounts, func(i, j int) bool {
		n := func(p string) int { return strings.Count(filepath.Clean(p), "/") }
		return n(spec.Mounts[i].Dst) < n(spec.Mounts[j].Dst)
	})
	tmsg := filepath.Join(base, "termination")
	_ = os.WriteFile(tmsg, nil, 0o666)
	_ = os.Chmod(tmsg, 0o666)
	tpath := c.TerminationMessagePath
	if tpath == "" {
		tpath = "/dev/termination-log"
	}
	{
		spec.Mounts = append(spec.Mounts, cmount{tmsg, tpath, false})
	}
	sf := filepath.Join(base, "spec.json")
	writeJSON(sf, spec)
	cmd := exec.Command("/proc/self/exe", "__container", sf)
	// a pipe, as container runtimes give: a file would be cut short by > /dev/stderr
	w := io.Writer(pipeTo{f})
	cmd.Stdout, cmd.Stderr = w, w
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS, Setsid: true}
	x.cmd = cmd
	if err := startIn(cmd, r.netfd); err != nil {
		f.Close()
		finish(128, "StartError", err.Error())
		return x
	}
	x.started = metav1.Now()
	if c.ReadinessProbe == nil && c.StartupProbe == nil {
		x.ready = true
	} else {
		go r.probe(ctx, c, x)
	}
	go func() {
		err := cmd.Wait()
		f.Close()
		code := cmd.ProcessState.ExitCode()
		if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			code = 128 + int(ws.Signal())
		}
		_ = err
		reason := "Completed"
		if code != 0 {
			reason = "Error"
		}
		msg := ""
		if b, err := os.ReadFile(tmsg); err == nil {
			if len(b) > 4096 {
				b = b[:4096]
			}
			msg = string(b)
		}
		if msg == "" && code != 0 && c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
			msg = tail(logf, 2048)
		}
		if code == 128 && strings.Contains(tail(logf, 4096), "tekton-run container:") {
			reason = "StartError"
			msg = strings.TrimSpace(tail(logf, 1024))
		}
		finish(code, reason, msg)
	}()
	return x
}

type pipeTo struct{ f *os.File }

func (p pipeTo) Write(b []byte) (int, error) { return p.f.Write(b) }

func tail(p string, n int64) string {
	f, err := os.Open(p)
	if err != nil {
		return ""
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() > n {
		_, _ = f.Seek(-n, io.SeekEnd)
	}
	b, _ := io.ReadAll(f)
	return string(b)
}
