// Package verdict prints what a judge thinks of each object, for people and for the test suite.
package verdict

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Verdict is one object's admission or refusal.
type Verdict struct {
	File   string `json:"file"`
	Object string `json:"object"`
	Reason string `json:"reason,omitempty"` // empty: admitted
}

// Of makes a verdict of an error on one line.
func Of(file, object string, err error) Verdict {
	v := Verdict{File: file, Object: object}
	if err != nil {
		v.Reason = strings.Join(strings.Fields(err.Error()), " ")
		if v.Reason == "" {
			v.Reason = "refused without a reason"
		}
	}
	return v
}

// Print writes one line a verdict and gives the exit status: 0 when nothing was refused, else 1.
func Print(verdicts []Verdict, asJSON bool) int {
	refused := 0
	for _, v := range verdicts {
		if v.Reason != "" {
			refused++
		}
		switch {
		case asJSON:
			line, _ := json.Marshal(v)
			fmt.Println(string(line))
		case v.Reason != "":
			fmt.Printf("FAIL %s %s: %s\n", v.File, v.Object, v.Reason)
		default:
			fmt.Printf("OK %s %s\n", v.File, v.Object)
		}
	}
	if !asJSON {
		fmt.Printf("%d objects, %d refused\n", len(verdicts), refused)
	}
	return min(refused, 1)
}

// Die reports that the judge itself could not work.
func Die(reasons ...any) {
	fmt.Fprintln(os.Stderr, reasons...)
	os.Exit(2)
}
