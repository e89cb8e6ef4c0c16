// Go's own HTTP server: "Go net/http".
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// CLOCK_THREAD_CPUTIME_ID of clock_gettime(2), which is finer than getrusage(2).
const threadClock = 3

// Far longer than reading the clock takes.
const longestStep = 100 * time.Microsecond

func main() {
	http.HandleFunc("/", hello)
	http.HandleFunc("/work", work)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func hello(response http.ResponseWriter, request *http.Request) {
	if request.URL.Path != "/" {
		answer(response, http.StatusNotFound, "Not Found")
		return
	}
	answer(response, http.StatusOK, "Hello, World!")
}

func work(response http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	// Missing parameters are 0.
	cpu, _ := strconv.Atoi(query.Get("cpu_ms"))
	wait, _ := strconv.Atoi(query.Get("io_ms"))
	burn(time.Duration(cpu) * time.Millisecond)
	time.Sleep(time.Duration(wait) * time.Millisecond)
	answer(response, http.StatusOK, fmt.Sprintf("Worked %d ms, waited %d ms", cpu, wait))
}

func answer(response http.ResponseWriter, status int, text string) {
	response.Header().Set("Content-Type", "text/plain; charset=utf-8")
	response.WriteHeader(status)
	io.WriteString(response, text)
}

// A goroutine may move to another thread, or another goroutine may run on its thread. Both make the
// clock jump, and such steps do not count. Binding it to its thread would take away Go's strength.
func burn(duration time.Duration) {
	var used time.Duration
	for last := threadTime(); used < duration; {
		now := threadTime()
		if step := now - last; step >= 0 && step < longestStep {
			used += step
		}
		last = now
	}
}

func threadTime() time.Duration {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&now)), 0)
	return time.Duration(now.Nano())
}
