package main

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func (r *podRun) probe(ctx context.Context, c corev1.Container, x *ctr) {
	try := func(p *corev1.Probe) bool {
		if p == nil {
			return true
		}
		to := time.Duration(max(1, p.TimeoutSeconds)) * time.Second
		switch {
		case p.Exec != nil:
			cx, cancel := context.WithTimeout(ctx, to)
			defer cancel()
			a := append([]string{"-t", strconv.Itoa(x.cmd.Process.Pid), "-m", "-p", "-i", "-u", "-n", "-r", "-w", "--"}, p.Exec.Command...)
			return exec.CommandContext(cx, "nsenter", a...).Run() == nil
		case p.TCPSocket != nil:
			n, err := dialIn(r.netfd, net.JoinHostPort("127.0.0.1", port(c, p.TCPSocket.Port.String())), to)
			if err != nil {
				return false
			}
			n.Close()
			return true
		case p.HTTPGet != nil:
			cl := http.Client{Timeout: to, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(_ context.Context, _, a string) (net.Conn, error) { return dialIn(r.netfd, a, to) }}}
			q, err := cl.Get("http://127.0.0.1:" + port(c, p.HTTPGet.Port.String()) + p.HTTPGet.Path)
			if err != nil {
				return false
			}
			q.Body.Close()
			return q.StatusCode >= 200 && q.StatusCode < 400
		}
		return true
	}
	for _, p := range []*corev1.Probe{c.StartupProbe, c.ReadinessProbe} {
		if p == nil {
			continue
		}
		time.Sleep(time.Duration(p.InitialDelaySeconds) * time.Second)
		period := time.Duration(max(1, p.PeriodSeconds)) * time.Second
		for !try(p) {
			select {
			case <-x.done:
				return
			case <-ctx.Done():
				return
			case <-time.After(min(period, time.Second)):
			}
		}
	}
	r.mu.Lock()
	if x.term == nil {
		x.ready = true
	}
	r.mu.Unlock()
	r.publish()
}

func port(c corev1.Container, s string) string {
	for _, p := range c.Ports {
		if p.Name == s {
			return strconv.Itoa(int(p.ContainerPort))
		}
	}
	return s
}
