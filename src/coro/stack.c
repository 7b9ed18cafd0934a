/* The pool of stacks behind cosy_spawn(). Hosted: memory comes from mmap.
 *
 * A slab is one mapping of many slots of one size class (powers of two). A slot is a guard page, the stack, and at its
 * top the task block, shifted by a few cache lines from slot to slot: blocks and stack tops at equal page offsets would
 * fight for the same cache sets. Stacks below a page are packed without guard pages and carry a canary.
 *
 * Freed stacks are kept per class and reused first, warm: touching a new page costs a hundred times the rest of a spawn.
 * A block keeps its number in the timer store while it is in the pool.
 */
#define _GNU_SOURCE
#include "coro.h"

#include "../core/report.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(COSY_VALGRIND)
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) ((void)0)
#define VALGRIND_DISABLE_ERROR_REPORTING ((void)0)
#define VALGRIND_ENABLE_ERROR_REPORTING ((void)0)
#endif

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#if COSY_ASAN
void __asan_unpoison_memory_region(void const volatile *at, size_t size);
#endif

enum { RANKS = 48, LEAST_RANK = 10, COLOURS = 32, LINE = 64 };
enum { SLAB_MOST = 64 * 1024 * 1024 };

/* Sanitizers put space between the variables of a frame, and the ucontext switch keeps a kilobyte there: what suffices
 * without them does not with them. */
#ifndef COSY_UCONTEXT
#define COSY_UCONTEXT 0
#endif
enum { SLACK = COSY_ASAN || COSY_TSAN || COSY_UCONTEXT ? 4 : 1, LARGE = 1024 * 1024 };

typedef struct slab {
    struct slab *next;
    char *at;
    size_t size;
} slab;

/* One size class: freed stacks, and the slots of its youngest slab that were never used. */
typedef struct rank {
    cosy_coro *free;
    char *fresh, *end;
    uint32_t slots; /* how many the next slab gets */
    uint32_t colour;
} rank;

struct cosy_stacks {
    rank ranks[RANKS];
    slab *slabs;
    size_t page;
    size_t stack_size;
    cosy_guard guard;
};

static unsigned rank_of(size_t size)
{
    return size <= (size_t)1 << LEAST_RANK ? LEAST_RANK : COSY_LOG2(size - 1) + 1;
}

int cosy_stacks_open(cosy_loop *loop, size_t stack_size)
{
    if (stack_size && stack_size < COSY_STACK_MIN)
        return cosy__misuse(COSY_ESTACK, "cosy_stacks_open", NULL, NULL);
    cosy_stacks *s = calloc(1, sizeof *s);
    if (!s)
        return COSY_ENOMEM;
    s->page = (size_t)sysconf(_SC_PAGESIZE);
    s->stack_size = stack_size ? stack_size : COSY_STACK_DEFAULT;
    s->guard = COSY_GUARD_MADVISE;
    loop->stacks = s;
    return COSY_OK;
}

void cosy_stacks_close(cosy_loop *loop)
{
    cosy_stacks *s = loop->stacks;
    if (!s)
        return;
    for (unsigned r = 0; r < RANKS; r++)
        for (cosy_coro *c = s->ranks[r].free; c; c = (cosy_coro *)(void *)c->task.sib_next)
            cosy__fiber_end(c);
    for (slab *at = s->slabs, *next; at; at = next) {
        next = at->next;
        munmap(at->at, at->size);
        free(at);
    }
    free(s);
    loop->stacks = NULL;
}

cosy_guard cosy_stacks_guard(const cosy_loop *loop)
{
    return loop->stacks->guard;
}

static size_t slot_size(const cosy_stacks *s, unsigned r)
{
    size_t size = (size_t)1 << r;
    return size < s->page ? size : size + s->page;
}

static bool add_slab(cosy_stacks *s, unsigned r)
{
    rank *k = &s->ranks[r];
    size_t slot = slot_size(s, r);
    size_t slots = k->slots ? k->slots : 16;
    if (slots > SLAB_MOST / slot)
        slots = SLAB_MOST / slot;
    if (!slots)
        slots = 1;
    slab *one = malloc(sizeof *one);
    if (!one)
        return false;
    one->size = (slots * slot + s->page - 1) & ~(s->page - 1);
    one->at = mmap(NULL, one->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (one->at == MAP_FAILED) {
        free(one);
        return false;
    }
    one->next = s->slabs;
    s->slabs = one;
    k->fresh = one->at;
    k->end = one->at + slots * slot;
    k->slots = (uint32_t)(slots < 65536 ? slots * 2 : slots);
    return true;
}

/* The first page of a slot: true if touching it faults from now on. */
static bool guard(cosy_stacks *s, char *page)
{
    if (s->guard == COSY_GUARD_MADVISE) {
        if (madvise(page, s->page, MADV_GUARD_INSTALL) == 0)
            return true;
        s->guard = COSY_GUARD_MPROTECT;
    }
    if (s->guard == COSY_GUARD_MPROTECT) {
        if (mprotect(page, s->page, PROT_NONE) == 0)
            return true;
        s->guard = COSY_GUARD_CANARY; /* the kernel allows no more mappings */
    }
    return false;
}

/* A slot that was never used becomes a coroutine block. */
static COSY_NOINLINE cosy_coro *carve(cosy_stacks *s, cosy_loop *loop, unsigned r)
{
    rank *k = &s->ranks[r];
    size_t size = (size_t)1 << r, slot = slot_size(s, r);
    if (k->fresh == k->end && !add_slab(s, r))
        return NULL;
    char *low = k->fresh;
    bool guarded = false;
    if (slot > size) {
        guarded = guard(s, low);
        low += s->page;
    }
    uint32_t colours = size / 8 / LINE < COLOURS ? (uint32_t)(size / 8 / LINE) : COLOURS;
    uintptr_t top = (uintptr_t)low + size - (k->colour % colours) * LINE - sizeof(cosy_coro);
    cosy_coro *coro = (cosy_coro *)(top & ~(uintptr_t)(LINE - 1));
    coro->low = low;
    coro->size = (size_t)((char *)coro - low);
    coro->rank = (uint8_t)r;
    coro->canary = !guarded;
    if (!cosy__timer_adopt(loop, &coro->task.timer, COSY_TIMER_TASK))
        return NULL;
    if (!guarded)
        *(uintptr_t *)(void *)low = COSY_CANARY;
    (void)VALGRIND_STACK_REGISTER(low, (char *)coro);
    k->colour++;
    k->fresh += slot;
    return coro;
}

void cosy_stacks_reap(cosy_loop *loop, cosy_task *task)
{
    cosy_coro *coro = (cosy_coro *)(void *)task;
    rank *k = &loop->stacks->ranks[coro->rank];
    task->sib_next = (cosy_task *)(void *)k->free;
    k->free = coro;
}

/* What is wrong with a spawn, if anything. */
static COSY_COLD int refuse(const cosy_loop *loop, const cosy_group *group, cosy_fn fn, size_t size, const char *name)
{
    if (!fn)
        return cosy__misuse(COSY_EINVAL, "cosy_spawn", name, NULL);
    if (!loop || !loop->stacks)
        return cosy__misuse(COSY_ENOTASK, "cosy_spawn", name, NULL);
    if ((group->flags & COSY_GROUP_CANCELLED))
        return COSY_ECANCELED;
    return size < COSY_STACK_MIN ? cosy__misuse(COSY_ESTACK, "cosy_spawn", name, NULL) : COSY_ENOMEM;
}

static inline int spawn(cosy_loop *loop, cosy_group *group, cosy_task **task, cosy_fn fn, void *arg,
                        const cosy_spawn_options *options)
{
    const char *name = options ? options->name : NULL;
    size_t size = options ? options->stack_size : 0;
    if (COSY_UNLIKELY(!fn || !loop || !loop->stacks || (group->flags & COSY_GROUP_CANCELLED)))
        return refuse(loop, group, fn, size, name);
    cosy_stacks *s = loop->stacks;
    if (!size)
        size = s->stack_size;
    if (size >= COSY_STACK_MIN && size < LARGE)
        size *= SLACK;
    unsigned r = rank_of(size);
    if (COSY_UNLIKELY(size < COSY_STACK_MIN || r >= RANKS))
        return refuse(loop, group, fn, size, name);
    if (!cosy__may_allocate(loop))
        return COSY_ENOMEM;
    rank *k = &s->ranks[r];
    cosy_coro *coro = k->free;
    if (COSY_LIKELY(coro != NULL))
        k->free = (cosy_coro *)(void *)coro->task.sib_next;
    else if (!(coro = carve(s, loop, r)))
        return COSY_ENOMEM;
#if COSY_ASAN
    __asan_unpoison_memory_region(coro->low, coro->size); /* what an ended task's frames left poisoned */
#endif
    cosy__coro_prepare(coro, loop, fn, arg, name);
    coro->task.status = task ? COSY_T_STARTED | COSY_T_POOLED : COSY_T_STARTED | COSY_T_POOLED | COSY_T_DETACHED;
    if (task)
        *task = &coro->task;
    cosy__adopt(group, &coro->task);
    cosy__ready(&coro->task.wait);
    return COSY_OK;
}

int cosy_loop_spawn(cosy_loop *loop, cosy_task **task, cosy_fn fn, void *arg, const cosy_spawn_options *options)
{
    return spawn(loop, loop ? &loop->root : NULL, task, fn, arg, options);
}

int cosy_spawn(cosy_task **task, cosy_fn fn, void *arg, const cosy_spawn_options *options)
{
    cosy_loop *loop = cosy_here();
    return spawn(loop, &loop->root, task, fn, arg, options);
}

int cosy_spawn_in(cosy_group *group, cosy_task **task, cosy_fn fn, void *arg, const cosy_spawn_options *options)
{
    if (!group || !group->loop) /* a joined group has none */
        return cosy__misuse(COSY_EINVAL, "cosy_spawn_in", group ? COSY__NAME(group) : NULL, NULL);
    return spawn(group->loop, group, task, fn, arg, options);
}

/* Reads a stack from its low end; unused memory is zero, and the sanitizers need not mind. */
COSY_NO_SANITIZE size_t cosy_stack_used(const cosy_task *task)
{
    if (!task)
        task = cosy_self();
    size_t size = cosy_stack_size(task);
    if (!size)
        return 0;
    const cosy_coro *coro = (const cosy_coro *)(const void *)task;
    const uintptr_t *at = (const uintptr_t *)(const void *)coro->low, *end = at + size / sizeof *at;
    if (coro->canary)
        at++;
    VALGRIND_DISABLE_ERROR_REPORTING; /* below the stack pointer on purpose */
    while (at < end && !*at)
        at++;
    VALGRIND_ENABLE_ERROR_REPORTING;
    return (size_t)((const char *)coro - (const char *)at);
}
