package main

import (
	"fmt"
	"os"
	"strings"

	"gha2tekton.dev/conformance/internal/images"
	corev1 "k8s.io/api/core/v1"
)

// expand does what the kubelet does to $(VAR) in env, command and args.
func expand(s string, env map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch s[i+1] {
		case '$':
			b.WriteByte('$')
			i++
		case '(':
			j := strings.IndexByte(s[i:], ')')
			if j < 0 {
				b.WriteByte(s[i])
				continue
			}
			if v, ok := env[s[i+2:i+j]]; ok {
				b.WriteString(v)
			} else {
				b.WriteString(s[i : i+j+1])
			}
			i += j
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func (r *podRun) env(c corev1.Container, im images.Image) ([]string, map[string]string, error) {
	var order []string
	m := map[string]string{}
	set := func(k, v string) {
		if _, ok := m[k]; !ok {
			order = append(order, k)
		}
		m[k] = v
	}
	set("PATH", containerPath())
	set("HOSTNAME", r.pod.Name)
	set("HOME", "/root")
	for k, v := range im.Env {
		set(k, v)
	}
	expandable := map[string]string{}
	for _, f := range c.EnvFrom {
		var d map[string][]byte
		var err error
		var opt *bool
		switch {
		case f.ConfigMapRef != nil:
			d, err = r.data("configmaps", f.ConfigMapRef.Name)
			opt = f.ConfigMapRef.Optional
		case f.SecretRef != nil:
			d, err = r.data("secrets", f.SecretRef.Name)
			opt = f.SecretRef.Optional
		}
		if err != nil && (opt == nil || !*opt) {
			return nil, nil, err
		}
		for k, v := range d {
			set(f.Prefix+k, string(v))
			expandable[f.Prefix+k] = string(v)
		}
	}
	for _, e := range c.Env {
		v := ""
		switch {
		case e.ValueFrom == nil:
			v = expand(e.Value, expandable)
		case e.ValueFrom.FieldRef != nil:
			v = field(r.pod, e.ValueFrom.FieldRef.FieldPath)
		case e.ValueFrom.SecretKeyRef != nil:
			x := e.ValueFrom.SecretKeyRef
			d, err := r.data("secrets", x.Name)
			b, ok := d[x.Key]
			if err != nil || !ok {
				if x.Optional != nil && *x.Optional {
					continue
				}
				return nil, nil, fmt.Errorf("secret %q key %q: %w", x.Name, x.Key, errOr(err))
			}
			v = string(b)
		case e.ValueFrom.ConfigMapKeyRef != nil:
			x := e.ValueFrom.ConfigMapKeyRef
			d, err := r.data("configmaps", x.Name)
			b, ok := d[x.Key]
			if err != nil || !ok {
				if x.Optional != nil && *x.Optional {
					continue
				}
				return nil, nil, fmt.Errorf("configmap %q key %q: %w", x.Name, x.Key, errOr(err))
			}
			v = string(b)
		case e.ValueFrom.ResourceFieldRef != nil:
			v = "0"
		}
		set(e.Name, v)
		expandable[e.Name] = v
	}
	var out []string
	for _, k := range order {
		out = append(out, k+"="+m[k])
	}
	return out, expandable, nil
}

func errOr(err error) error {
	if err == nil {
		return fmt.Errorf("not found")
	}
	return err
}

// containerPath is the PATH that images would set: TEKTON_RUN_PATH, or the usual one.
func containerPath() string {
	if p := os.Getenv("TEKTON_RUN_PATH"); p != "" {
		return p
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
