package main

import (
	"sync"

	triggersapi "github.com/tektoncd/triggers/pkg/apis/triggers"
	"go.uber.org/zap/zapcore"
)

// entry is one thing that the sink logged: the only place where it says why a Trigger did nothing.
type entry struct {
	level   zapcore.Level
	message string
	trigger string
	group   string
}

type journal struct {
	mu      sync.Mutex
	entries []entry
}

// journalCore is a zap core that writes to a journal.
type journalCore struct {
	zapcore.LevelEnabler
	fields []zapcore.Field
	to     *journal
}

func (c journalCore) With(fields []zapcore.Field) zapcore.Core {
	c.fields = append(append([]zapcore.Field{}, c.fields...), fields...)
	return c
}

func (c journalCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return checked.AddCore(e, c)
}

func (c journalCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line := entry{level: e.Level, message: e.Message}
	for _, f := range append(append([]zapcore.Field{}, c.fields...), fields...) {
		switch f.Key {
		case triggersapi.TriggerLabelKey:
			line.trigger = f.String
		case triggersapi.TriggerGroupLabelKey:
			line.group = f.String
		}
	}
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	c.to.entries = append(c.to.entries, line)
	return nil
}

func (journalCore) Sync() error { return nil }
