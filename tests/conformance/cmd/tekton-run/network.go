package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func up() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var q struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(q.name[:], "lo")
	q.flags = unix.IFF_UP | unix.IFF_RUNNING
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&q))); e != 0 {
		return e
	}
	return nil
}

// netns makes a network namespace with only a loopback.
func netns() (f *os.File, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return
		}
		if err = up(); err != nil {
			return
		}
		f, err = os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
	}()
	<-done
	return f, err
}

// startIn starts a process, in another network namespace when one is given.
func startIn(cmd *exec.Cmd, ns *os.File) error {
	if ns == nil {
		return cmd.Start()
	}
	ch := make(chan error)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			ch <- err
			return
		}
		ch <- cmd.Start()
	}()
	return <-ch
}

func dialIn(ns *os.File, addr string, to time.Duration) (c net.Conn, err error) {
	if ns == nil {
		return net.DialTimeout("tcp", addr, to)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		c, err = net.DialTimeout("tcp", addr, to) // an address, so no other thread is asked
	}()
	<-done
	return c, err
}

func listenIn(ns *os.File, addr string) (l net.Listener, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		l, err = net.Listen("tcp", addr)
	}()
	<-done
	return l, err
}
