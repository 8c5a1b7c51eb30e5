package main

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func groups() any {
	m := map[string][]string{}
	var order []string
	for _, r := range table {
		if r.group == "" {
			continue
		}
		if m[r.group] == nil {
			order = append(order, r.group)
		}
		for _, v := range r.versions {
			if !contains(m[r.group], v) {
				m[r.group] = append(m[r.group], v)
			}
		}
	}
	l := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	for _, g := range order {
		x := metav1.APIGroup{Name: g}
		for _, v := range m[g] {
			x.Versions = append(x.Versions, metav1.GroupVersionForDiscovery{GroupVersion: g + "/" + v, Version: v})
		}
		x.PreferredVersion = x.Versions[0]
		l.Groups = append(l.Groups, x)
	}
	return l
}

func resources(g, v string) any {
	l := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: strings.TrimPrefix(g+"/"+v, "/")}
	for _, r := range table {
		if r.group != g || !contains(r.versions, v) {
			continue
		}
		a := metav1.APIResource{Name: r.plural, SingularName: strings.ToLower(r.kind), Kind: r.kind, Namespaced: !r.cluster, Verbs: metav1.Verbs{"create", "delete", "get", "list", "patch", "update", "watch"}}
		l.APIResources = append(l.APIResources, a)
		if r.status {
			a.Name += "/status"
			l.APIResources = append(l.APIResources, a)
		}
	}
	return l
}
