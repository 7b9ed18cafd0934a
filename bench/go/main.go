// bench_go OP: goroutines, the same operations as ops.h. One processor, no asynchronous preemption; no unbounded
// channel; a cancelled or timed wait is a select on a context.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

func cpu() int64 {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 2, uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}

func report(op string, ns int64, count int) {
	fmt.Printf("go,%s,%.3f\n", op, float64(ns)/float64(count))
}

func memory(field string) (kib int64) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), field) {
			fmt.Sscan(lines.Text()[len(field)+1:], &kib)
		}
	}
	return kib * 1024
}

// crowd starts workers, releases them together and returns the time until the last has ended.
func crowd(workers int, work func(index int)) int64 {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(workers)
	done.Add(workers)
	for i := 0; i < workers; i++ {
		go func(index int) {
			ready.Done()
			<-start
			work(index)
			done.Done()
		}(i)
	}
	ready.Wait()
	began := cpu()
	close(start)
	done.Wait()
	return cpu() - began
}

func yields(op string, workers, total int) {
	rounds := total / workers
	report(op, crowd(workers, func(int) {
		for i := 0; i < rounds; i++ {
			runtime.Gosched()
		}
	}), rounds*workers)
}

func lockFree(op string, total int) {
	var mutex sync.Mutex
	began := cpu()
	for i := 0; i < total; i++ {
		mutex.Lock()
		mutex.Unlock()
	}
	report(op, cpu()-began, total)
}

func locks(op string, workers, total int) {
	var mutex sync.Mutex
	rounds := total / workers
	report(op, crowd(workers, func(int) {
		for i := 0; i < rounds; i++ {
			mutex.Lock()
			runtime.Gosched()
			mutex.Unlock()
		}
	}), rounds*workers)
}

func semaphores(op string, total int) {
	permits := make(chan struct{}, 2)
	rounds := total / 3
	report(op, crowd(3, func(int) {
		for i := 0; i < rounds; i++ {
			permits <- struct{}{}
			runtime.Gosched()
			<-permits
		}
	}), rounds*3)
}

func barriers(op string, workers, total int) {
	var mutex sync.Mutex
	tripped := sync.NewCond(&mutex)
	arrived, generation := 0, 0
	rounds := total / workers
	report(op, crowd(workers, func(int) {
		for i := 0; i < rounds; i++ {
			mutex.Lock()
			mine := generation
			if arrived++; arrived == workers {
				arrived = 0
				generation++
				tripped.Broadcast()
			} else {
				for generation == mine {
					tripped.Wait()
				}
			}
			mutex.Unlock()
		}
	}), rounds*workers)
}

func queues(op string, producers, capacity, total int, timeout bool) {
	queue := make(chan uintptr, capacity)
	rounds := total / producers
	report(op, crowd(2*producers, func(index int) {
		for i := 0; i < rounds; i++ {
			if index < producers {
				queue <- uintptr(i)
			} else if timeout {
				ctx, cancel := context.WithTimeout(context.Background(), 1000*time.Second)
				select {
				case <-queue:
				case <-ctx.Done():
				}
				cancel()
			} else {
				<-queue
			}
		}
	}), rounds*producers)
}

func events(op string, waiters, rounds int) {
	var mutex sync.Mutex
	set := sync.NewCond(&mutex)
	woken := 0
	var done sync.WaitGroup
	done.Add(waiters)
	for i := 0; i < waiters; i++ {
		go func() {
			mutex.Lock()
			for round := 0; round < rounds; round++ {
				set.Wait()
				woken++
			}
			mutex.Unlock()
			done.Done()
		}()
	}
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
	began := cpu()
	for round := 0; round < rounds; round++ {
		set.Broadcast()
		for woken < (round+1)*waiters {
			runtime.Gosched()
		}
	}
	report(op, cpu()-began, waiters*rounds)
	done.Wait()
}

func spawns(total, rounds int) {
	began := cpu()
	for i := 0; i < total; i++ {
		done := make(chan struct{})
		go func() { close(done) }()
		<-done
	}
	report("spawn_join", cpu()-began, total)
	began = cpu()
	for round := 0; round < rounds; round++ {
		var done sync.WaitGroup
		done.Add(1000)
		for i := 0; i < 1000; i++ {
			go func() { done.Done() }()
		}
		done.Wait()
	}
	report("spawn1000_join", cpu()-began, rounds*1000)
}

func cancels(rounds int) {
	var used int64
	never := make(chan struct{})
	for round := 0; round <= rounds; round++ {
		var cancel [1000]context.CancelFunc
		var done [1000]chan struct{}
		for i := range cancel {
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan struct{})
			cancel[i], done[i] = stop, ended
			go func() {
				select {
				case <-never:
				case <-ctx.Done():
				}
				close(ended)
			}()
		}
		for i := 0; i < 10; i++ {
			runtime.Gosched()
		}
		began := cpu()
		for i := range cancel {
			cancel[i]()
			<-done[i]
		}
		if round > 0 {
			used += cpu() - began
		}
	}
	report("cancel_join", used, rounds*1000)
}

func sleeps(count int) {
	var done sync.WaitGroup
	done.Add(count)
	var ended int64
	left := count
	resident, tables, began := memory("VmRSS"), memory("VmPTE"), cpu()
	base := time.Now().Add(time.Duration(count) * 12 * time.Microsecond)
	for i := 0; i < count; i++ {
		go func(index uint64) {
			time.Sleep(time.Until(base.Add(time.Duration(index*2654435761%uint64(count)) * time.Microsecond)))
			if left--; left == 0 {
				ended = cpu()
			}
			done.Done()
		}(uint64(i))
	}
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
	report("sleep_create", cpu()-began, count)
	report("sleep_rss", memory("VmRSS")-resident, count)
	report("sleep_pte", memory("VmPTE")-tables, count)
	if left != count {
		fmt.Fprintln(os.Stderr, "sleep:", count-left, "woke before all slept")
	}
	for end := base.Add(time.Duration(count)*time.Microsecond + 2*time.Millisecond); time.Now().Before(end); {
	}
	began = cpu()
	done.Wait()
	report("sleep_wake", ended-began, count)
}

func main() {
	if len(os.Args) < 2 {
		os.Exit(2)
	}
	runtime.GOMAXPROCS(1)
	switch op := os.Args[1]; op {
	case "yield2":
		yields(op, 2, 700000)
	case "yield1000":
		yields(op, 1000, 700000)
	case "yield100000":
		yields(op, 100000, 1000000)
	case "lock_unc":
		lockFree(op, 5000000)
	case "lock3":
		locks(op, 3, 300000)
	case "lock1000":
		locks(op, 1000, 300000)
	case "sem2x3":
		semaphores(op, 300000)
	case "bar3":
		barriers(op, 3, 300000)
	case "bar1000":
		barriers(op, 1000, 300000)
	case "q1":
		queues(op, 1, 1, 500000, false)
	case "q1024":
		queues(op, 1, 1024, 2000000, false)
	case "q1_4x4":
		queues(op, 4, 1, 500000, false)
	case "q1024_4x4":
		queues(op, 4, 1024, 2000000, false)
	case "q1_timeout":
		queues(op, 1, 1, 200000, true)
	case "event1000":
		events(op, 1000, 200)
	case "spawn":
		spawns(200000, 100)
	case "cancel":
		cancels(20)
	case "sleep":
		sleeps(1000000)
	default:
		os.Exit(2)
	}
}
