package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

func mode(m *int32, d os.FileMode) os.FileMode {
	if m != nil {
		return os.FileMode(*m)
	}
	return d
}

func write(dir, name string, b []byte, m os.FileMode) error {
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return err
	}
	t := p + ".new"
	if err := os.WriteFile(t, b, m); err != nil {
		return err
	}
	_ = os.Chmod(t, m)
	return os.Rename(t, p)
}

func (r *podRun) data(kind, name string) (map[string][]byte, error) {
	res := find("", "v1", kind)
	o, err := r.k.s.get(res, r.pod.Namespace, name)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	if d, ok := o["data"].(obj); ok {
		for key, v := range d {
			if kind == "secrets" {
				b, err := base64.StdEncoding.DecodeString(fmt.Sprint(v))
				if err != nil {
					return nil, err
				}
				out[key] = b
			} else {
				out[key] = []byte(fmt.Sprint(v))
			}
		}
	}
	if d, ok := o["binaryData"].(obj); ok {
		for key, v := range d {
			out[key], _ = base64.StdEncoding.DecodeString(fmt.Sprint(v))
		}
	}
	return out, nil
}

func (r *podRun) files(dir, kind, name string, items []corev1.KeyToPath, optional *bool, def os.FileMode) error {
	d, err := r.data(kind, name)
	if err != nil {
		if optional != nil && *optional {
			return nil
		}
		return err
	}
	if len(items) == 0 {
		for key, b := range d {
			if err := write(dir, key, b, def); err != nil {
				return err
			}
		}
		return nil
	}
	for _, it := range items {
		b, ok := d[it.Key]
		if !ok {
			if optional != nil && *optional {
				continue
			}
			return fmt.Errorf("%s %q has no key %q", kind, name, it.Key)
		}
		if err := write(dir, it.Path, b, mode(it.Mode, def)); err != nil {
			return err
		}
	}
	return nil
}

var subscript = regexp.MustCompile(`^metadata\.(annotations|labels)\['(.*)'\]$`)

func field(p *corev1.Pod, path string) string {
	if m := subscript.FindStringSubmatch(path); m != nil {
		if m[1] == "labels" {
			return p.Labels[m[2]]
		}
		return p.Annotations[m[2]]
	}
	switch path {
	case "metadata.name":
		return p.Name
	case "metadata.namespace":
		return p.Namespace
	case "metadata.uid":
		return string(p.UID)
	case "spec.nodeName":
		return "local"
	case "spec.serviceAccountName":
		return p.Spec.ServiceAccountName
	case "status.podIP", "status.hostIP", "status.podIPs", "status.hostIPs":
		return "127.0.0.1"
	case "metadata.labels", "metadata.annotations":
		m := p.Labels
		if path == "metadata.annotations" {
			m = p.Annotations
		}
		var l []string
		for k, v := range m {
			l = append(l, k+"="+strconv.Quote(v))
		}
		return strings.Join(l, "\n")
	}
	return ""
}

func (r *podRun) downward(dir string, items []corev1.DownwardAPIVolumeFile, def os.FileMode) error {
	f := func(p *corev1.Pod) {
		for _, it := range items {
			if it.FieldRef != nil {
				_ = write(dir, it.Path, []byte(field(p, it.FieldRef.FieldPath)), mode(it.Mode, def))
			} else if it.ResourceFieldRef != nil {
				_ = write(dir, it.Path, []byte("0"), mode(it.Mode, def))
			}
		}
	}
	f(r.pod)
	r.down = append(r.down, f)
	return nil
}

func (r *podRun) volumes() (map[string]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = nil
	out := map[string]string{}
	for _, v := range r.pod.Spec.Volumes {
		dir := filepath.Join(r.dir, "volumes", v.Name)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		_ = os.Chmod(dir, 0o777)
		out[v.Name] = dir
		var err error
		switch {
		case v.ConfigMap != nil:
			err = r.files(dir, "configmaps", v.ConfigMap.Name, v.ConfigMap.Items, v.ConfigMap.Optional, mode(v.ConfigMap.DefaultMode, 0o644))
		case v.Secret != nil:
			err = r.files(dir, "secrets", v.Secret.SecretName, v.Secret.Items, v.Secret.Optional, mode(v.Secret.DefaultMode, 0o644))
		case v.DownwardAPI != nil:
			err = r.downward(dir, v.DownwardAPI.Items, mode(v.DownwardAPI.DefaultMode, 0o644))
		case v.Projected != nil:
			def := mode(v.Projected.DefaultMode, 0o644)
			for _, s := range v.Projected.Sources {
				switch {
				case s.ConfigMap != nil:
					err = r.files(dir, "configmaps", s.ConfigMap.Name, s.ConfigMap.Items, s.ConfigMap.Optional, def)
				case s.Secret != nil:
					err = r.files(dir, "secrets", s.Secret.Name, s.Secret.Items, s.Secret.Optional, def)
				case s.DownwardAPI != nil:
					err = r.downward(dir, s.DownwardAPI.Items, def)
				case s.ServiceAccountToken != nil:
					err = write(dir, s.ServiceAccountToken.Path, []byte("not-a-token"), 0o600)
				}
				if err != nil {
					break
				}
			}
		case v.PersistentVolumeClaim != nil:
			n := v.PersistentVolumeClaim.ClaimName
			r.k.mu.Lock()
			d, ok := r.k.claims[n]
			r.k.mu.Unlock()
			if !ok {
				if _, e := r.k.s.get(find("", "v1", "persistentvolumeclaims"), r.pod.Namespace, n); e != nil {
					err = e
					break
				}
				d = filepath.Join(r.k.pvcs, n)
				if err = os.MkdirAll(d, 0o777); err == nil {
					_ = os.Chmod(d, 0o777)
				}
			}
			out[v.Name] = d
		case v.HostPath != nil:
			out[v.Name] = v.HostPath.Path
			_ = os.MkdirAll(v.HostPath.Path, 0o755)
		case v.EmptyDir != nil:
		case v.VolumeSource == (corev1.VolumeSource{}):
			// the API server's default: an emptyDir
		default:
			if v.CSI != nil || v.Ephemeral != nil {
				break
			}
			err = fmt.Errorf("volume %q: a kind that this kubelet does not know", v.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("MountVolume.SetUp failed for volume %q: %w", v.Name, err)
		}
	}
	return out, nil
}
