package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gha2tekton.dev/conformance/internal/images"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

type options struct {
	files, workspaces, params, hide list
	run, out, images, network       string
	timeout                         int
	grace                           time.Duration
	keep, verbose                   bool
	bin, scratch                    string // beside this program, and under out
	table                           images.Table
}

func die(a ...any) {
	fmt.Fprintln(os.Stderr, append([]any{"tekton-run:"}, a...)...)
	os.Exit(2)
}

func check(err error) {
	if err != nil {
		die(err)
	}
}

func parse() *options {
	o := &options{}
	flag.Var(&o.files, "files", "file or directory of YAML to apply first (repeatable)")
	flag.StringVar(&o.run, "pipelinerun", "", "file with the PipelineRun (or TaskRun); its other documents are applied as well")
	flag.Var(&o.workspaces, "workspace", "name=DIR: bind this workspace of the run to a directory of this machine (repeatable)")
	flag.Var(&o.params, "param", "name=value: set a string param of the run (repeatable)")
	flag.IntVar(&o.timeout, "timeout", 300, "seconds")
	flag.StringVar(&o.out, "out", "", "directory for everything that is left")
	flag.StringVar(&o.images, "images", "", "YAML: image -> {entrypoint, cmd, env, workingDir, uid, root}")
	flag.StringVar(&o.network, "net", "host", "network of Pods: host, or pod (a loopback of its own and nothing else)")
	flag.DurationVar(&o.grace, "grace", 2*time.Second, "time from SIGTERM to SIGKILL")
	flag.BoolVar(&o.keep, "keep", false, "keep the Pods' volumes")
	flag.BoolVar(&o.verbose, "v", false, "say what happens")
	flag.Var(&o.hide, "hide", "directory of this machine that containers see empty (repeatable; /tmp always)")
	flag.Parse()
	if o.run == "" || o.out == "" {
		die("usage: tekton-run [--files DIR]... --pipelinerun FILE [--workspace name=DIR] [--param n=v] [--timeout S] --out DIR")
	}
	self, err := os.Executable()
	check(err)
	o.bin = filepath.Dir(self)
	for _, path := range []*string{&o.out, &o.run} {
		*path, err = filepath.Abs(*path)
		check(err)
	}
	if o.images != "" {
		o.images, err = filepath.Abs(o.images)
		check(err)
	}
	o.table, err = images.Load(o.images)
	check(err)
	o.scratch = filepath.Join(o.out, "scratch")
	check(os.MkdirAll(o.out, 0o755))
	return o
}
