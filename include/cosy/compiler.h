/* cosy/compiler.h - the only place for what ISO C11 does not have.
 *
 * A compiler that knows none of these still builds the core if it supplies the atomics (or COSY_ATOMICS 0).
 */
#ifndef COSY_COMPILER_H
#define COSY_COMPILER_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define COSY_LIKELY(x) __builtin_expect(!!(x), 1)
#define COSY_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define COSY_PREFETCH(p) __builtin_prefetch(p)
#define COSY_NOINLINE __attribute__((noinline))
#define COSY_COLD __attribute__((noinline, cold))
#define COSY_NORETURN __attribute__((noreturn))
#define COSY_UNUSED __attribute__((unused))
#define COSY_ALIGNED(n) __attribute__((aligned(n)))
#define COSY_NO_SANITIZE __attribute__((no_sanitize("address", "thread")))
#define COSY_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fast paths: inlined into programs, and exported once more (src/inline.c) for other languages. */
#ifndef COSY_INLINE
#define COSY_INLINE inline
#endif

/* 1: a common case may be compiled a second time with its sizes as constants; 0: when code size counts. */
#ifndef COSY_SPECIALISE
#ifdef __OPTIMIZE_SIZE__
#define COSY_SPECIALISE 0
#else
#define COSY_SPECIALISE 1
#endif
#endif

/* Around the declarations of each header: C++ programs call the same functions. */
#ifdef __cplusplus
#define COSY_BEGIN extern "C" {
#define COSY_END }
#else
#define COSY_BEGIN
#define COSY_END
#endif

/* What programs may call. All else is hidden in the shared library. */
#define COSY_API __attribute__((visibility("default")))

/* Storage that each thread has for itself. Initial-exec: one load from the thread pointer, also out of a shared library. */
#if COSY_THREADS
#define COSY_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))
#else
#define COSY_THREAD_LOCAL
#endif

/* Atomics for the inbox. Chips without read-modify-write set COSY_ATOMICS to 0 and the port masks interrupts instead. */
#ifndef COSY_ATOMICS
#if defined(__GCC_ATOMIC_POINTER_LOCK_FREE) && __GCC_ATOMIC_POINTER_LOCK_FREE == 2
#define COSY_ATOMICS 1
#else
#define COSY_ATOMICS 0
#endif
#endif
#define cosy_atomic_load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define cosy_atomic_store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define cosy_atomic_swap(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define cosy_atomic_add(p, v) __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#define cosy_atomic_cas(p, old, v) __atomic_compare_exchange_n((p), (old), (v), 1, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)

/* The number of the highest bit that is set; x is not 0. */
#define COSY_LOG2(x) (63u - (unsigned)__builtin_clzll((unsigned long long)(x)))

/* The struct that holds this member. */
#define COSY_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* GCC defines these itself, clang asks __has_feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COSY_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define COSY_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define COSY_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define COSY_TSAN 1
#endif
#ifndef COSY_ASAN
#define COSY_ASAN 0
#endif
#ifndef COSY_TSAN
#define COSY_TSAN 0
#endif

#endif
