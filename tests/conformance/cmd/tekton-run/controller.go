package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:6443"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {}}]
current-context: c
`

// controller is Tekton's, in a network namespace that has only a loopback and this process's API server.
type controller struct {
	cmd  *exec.Cmd
	done chan error
}

func startController(s *store, o *options, apilog io.Writer) *controller {
	space, err := netns()
	check(err)
	listener, err := listenIn(space, "127.0.0.1:6443")
	check(err)
	server := &http.Server{Handler: s, ErrorLog: log.New(apilog, "", 0)}
	go func() { _ = server.Serve(listener) }()
	config := filepath.Join(o.out, "kubeconfig")
	check(os.WriteFile(config, []byte(kubeconfig), 0o600))
	output, err := os.Create(filepath.Join(o.out, "controller.log"))
	check(err)
	args := []string{"--kubeconfig", config, "--kube-api-qps", "500", "--kube-api-burst", "1000"}
	for _, image := range []string{"entrypoint", "nop", "sidecarlogresults", "workingdirinit", "shell", "shell-win"} {
		args = append(args, "-"+image+"-image", "tekton-run/"+image)
	}
	// Tekton calls this one the other way round
	for i, a := range args {
		if a == "-shell-win-image" {
			args[i] = "-shell-image-win"
		}
	}
	cmd := exec.Command(filepath.Join(o.bin, "controller"), args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + o.out, "SYSTEM_NAMESPACE=tekton-pipelines", "METRICS_DOMAIN=tekton.dev/pipeline",
		"CONFIG_DEFAULTS_NAME=config-defaults", "CONFIG_LOGGING_NAME=config-logging", "CONFIG_OBSERVABILITY_NAME=config-observability",
		"CONFIG_FEATURE_FLAGS_NAME=feature-flags", "CONFIG_LEADERELECTION_NAME=config-leader-election-controller",
		"CONFIG_SPIRE=config-spire", "KUBERNETES_MIN_VERSION=v1.28.0", "CONFORMANCE_IMAGES=" + o.images,
	}
	cmd.Stdout, cmd.Stderr, cmd.Dir = output, output, o.out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	check(startIn(cmd, space))
	c := &controller{cmd, make(chan error, 1)}
	go func() { c.done <- cmd.Wait() }()
	return c
}

func (c *controller) stop() {
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(time.Second):
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	}
}
