package images

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// image makes an image without layers; the label keeps entries of equal configuration apart.
func image(key string, i Image) (v1.Image, error) {
	config := v1.Config{Entrypoint: i.Entrypoint, Cmd: i.Cmd, WorkingDir: i.WorkingDir, Labels: map[string]string{"table-entry": key}}
	for name, value := range i.Env {
		config.Env = append(config.Env, name+"="+value)
	}
	sort.Strings(config.Env)
	return mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: config})
}

func digestOf(key string, i Image) string {
	made, err := image(key, i)
	if err != nil {
		return ""
	}
	digest, err := made.Digest()
	if err != nil {
		return ""
	}
	return digest.String()
}

// Registry answers every registry host from the table, and nothing from the network.
type Registry struct{ Table Table }

// RoundTrip serves the version check, manifests and configurations.
func (r Registry) RoundTrip(q *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(q.URL.Path, "/v2/")
	if path == "" {
		return answer(q, http.StatusOK, "application/json", []byte("{}")), nil
	}
	for _, kind := range []string{"/manifests/", "/blobs/"} {
		if repository, reference, ok := strings.Cut(path, kind); ok {
			return r.serve(q, kind, q.URL.Host+"/"+repository, reference)
		}
	}
	return nil, fmt.Errorf("no network here: %s", q.URL)
}

func (r Registry) serve(q *http.Request, kind, repository, reference string) (*http.Response, error) {
	for key, entry := range r.Table {
		made, err := image(key, entry)
		if err != nil {
			return nil, err
		}
		manifest, err := made.RawManifest()
		if err != nil {
			return nil, err
		}
		config, err := made.RawConfigFile()
		if err != nil {
			return nil, err
		}
		digest, _ := made.Digest()
		configName, _ := made.ConfigName()
		switch {
		case kind == "/blobs/" && configName.String() == reference:
			return answer(q, http.StatusOK, "application/octet-stream", config), nil
		case kind == "/manifests/" && (digest.String() == reference || names(key, repository, reference)):
			mediaType, _ := made.MediaType()
			return answer(q, http.StatusOK, string(mediaType), manifest), nil
		}
	}
	return answer(q, http.StatusNotFound, "application/json",
		[]byte(`{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "the table of images has no such image"}]}`)), nil
}

// names says whether a table key means the repository and tag that a registry is asked for.
func names(key, repository, tag string) bool {
	parsed, err := name.ParseReference(key)
	if err != nil {
		return false
	}
	context := parsed.Context().Name()
	if context != repository && !strings.HasSuffix(repository, "/"+key) {
		return false
	}
	return !strings.Contains(key, ":") || parsed.Identifier() == tag
}

func answer(q *http.Request, status int, mediaType string, body []byte) *http.Response {
	if q.Method == http.MethodHead {
		return &http.Response{StatusCode: status, Request: q, ContentLength: int64(len(body)), Body: http.NoBody,
			Header: http.Header{"Content-Type": {mediaType}}}
	}
	return &http.Response{StatusCode: status, Request: q, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
		Header: http.Header{"Content-Type": {mediaType}}}
}
