package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// request makes the recorded webhook of a body file and a file of `Name: value` lines.
func request(path, headers string, body []byte) (*http.Request, error) {
	q := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	if headers == "" {
		return q, nil
	}
	text, err := os.ReadFile(headers)
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(strings.ReplaceAll(string(text), "\r", ""), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && !strings.Contains(name, " ") {
			q.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return q, nil
}

// signature is GitHub's: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
func signature(key, body []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}

// addSecrets adds secrets given as name/key=value or name/key=@file.
func addSecrets(secrets map[string]*corev1.Secret, given []string) error {
	for _, g := range given {
		at, value, ok := strings.Cut(g, "=")
		name, key, ok2 := strings.Cut(at, "/")
		if !ok || !ok2 {
			return fmt.Errorf("--secret wants name/key=value: %q", g)
		}
		if file, isFile := strings.CutPrefix(value, "@"); isFile {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			value = string(text)
		}
		if secrets[name] == nil {
			secrets[name] = &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string][]byte{}}
		}
		if secrets[name].Data == nil {
			secrets[name].Data = map[string][]byte{}
		}
		secrets[name].Data[key] = []byte(value)
	}
	return nil
}
