package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// github answers for GitHub's API: a file says what is found at each path, lists are given out page by page, all else is
// not there. Whoever brings no token, or another one, is refused.
type github struct {
	Token string
	Paths map[string]json.RawMessage
}

// standIn puts it in the place of the network, where Triggers' client for GitHub goes by default.
func standIn(file string) error {
	found := &github{}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, found); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	http.DefaultTransport = found
	return nil
}

func (g *github) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Host != "api.github.com" {
		return nil, fmt.Errorf("there is no network to reach %s", q.URL.Host)
	}
	if g.Token == "" || q.Header.Get("Authorization") != "Bearer "+g.Token {
		return answer(q, http.StatusUnauthorized, `{"message": "Bad credentials"}`, ""), nil
	}
	body, known := g.Paths[q.URL.Path]
	if !known {
		return answer(q, http.StatusNotFound, `{"message": "Not Found"}`, ""), nil
	}
	var list []json.RawMessage
	if json.Unmarshal(body, &list) != nil {
		return answer(q, http.StatusOK, string(body), ""), nil
	}
	page, size := number(q, "page", 1), number(q, "per_page", 30)
	from, to := min((page-1)*size, len(list)), min(page*size, len(list))
	next := ""
	if to < len(list) {
		u := *q.URL
		values := u.Query()
		values.Set("page", strconv.Itoa(page+1))
		u.RawQuery = values.Encode()
		next = fmt.Sprintf("<%s>; rel=\"next\"", u.String())
	}
	text, err := json.Marshal(list[from:to])
	return answer(q, http.StatusOK, string(text), next), err
}

func number(q *http.Request, name string, otherwise int) int {
	if n, err := strconv.Atoi(q.URL.Query().Get(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func answer(q *http.Request, status int, body, link string) *http.Response {
	r := &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: q,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	if link != "" {
		r.Header.Set("Link", link)
	}
	return r
}
