/* A program without libc, operating system or stack switching: five stackless tasks in one loop, whose port is a clock that
 * jumps to the next deadline. Uses the five primitives in their begin forms, and with TINY_MORE the rest of the family
 * (tiny_more.c).
 *
 * The plain calls need src/coro (cosy_suspend and its like), which is not linked here; nothing calls them, so
 * --gc-sections drops them. On the host (TINY_HOST) it runs and ends with status 0, or with the number of the check that
 * failed; elsewhere it is only compiled and linked.
 */
#include "tiny.h"

/* ---- what a freestanding program owes the compiler and the library ---- */

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
void _start(void);
int tiny_main(void);

void *memcpy(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;
    while (size--) {
        *t++ = *f++;
        __asm__ volatile("" ::: "memory"); /* or the loop becomes a call of itself */
    }
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    char *t = to;
    while (size--) {
        *t++ = (char)byte;
        __asm__ volatile("" ::: "memory");
    }
    return to;
}

static int reports;

#if COSY_CHECKED
void cosy_port_report(const cosy_misuse *m)
{
    if (m->code == COSY_ENOTHELD)
        reports++;
}
#endif

#if !COSY_ATOMICS
unsigned cosy_port_mask(void);
void cosy_port_unmask(unsigned state);
static unsigned masked;

unsigned cosy_port_mask(void)
{
    return masked++;
}

void cosy_port_unmask(unsigned state)
{
    masked = state;
}
#endif

/* ---- the port ---- */

static cosy_time clock_ns;

static cosy_time now(cosy_loop *loop)
{
    (void)loop;
    return clock_ns;
}

static void idle(cosy_loop *loop, cosy_time until)
{
    (void)loop;
    if (until > clock_ns)
        clock_ns = until;
}

static const cosy_port port = {.now = now, .idle = idle};

/* ---- the tasks ---- */

enum { WORKERS = 3, ITEMS = 10 };

static cosy_loop loop;
static cosy_lock lock = COSY_LOCK_INIT("lock");
static cosy_semaphore semaphore = COSY_SEMAPHORE_INIT("semaphore", 2);
static cosy_event done = COSY_EVENT_INIT("done");
static uint32_t room[2];
static cosy_queue queue = COSY_QUEUE_INIT("queue", room);
static cosy_signal signal;
static cosy_post post;

static int trips, inside, holders, most_holders, indices, woken, timeouts, posted;
static uint32_t sum;

static int trip(void *arg)
{
    (void)arg;
    trips++;
    return 0;
}

static cosy_barrier barrier = COSY_BARRIER_INIT("barrier", WORKERS, trip, NULL);

struct tiny {
    cosy_task task;
    int at, turns;
    uint32_t item;
};

static struct tiny workers[WORKERS], producer, consumer;

/* Second half of each step: true if the task has to leave its resume function now. */
static bool waits(cosy_task *task, int begun, cosy_time deadline)
{
    return begun == COSY_WAITING && cosy_await(task, deadline) == COSY_WAITING;
}

/* lock, permits, barrier, event, a sleep inside each */
static void work(cosy_task *task)
{
    struct tiny *me = (struct tiny *)task;
    for (;;) {
        switch (me->at++) {
        case 0:
            if (waits(task, cosy_lock_acquire_begin(&lock, &task->wait), COSY_FOREVER))
                return;
            break;
        case 1:
            inside++;
            cosy_sleep_begin(&task->wait);
            if (waits(task, COSY_WAITING, cosy_in(cosy_ms(5))))
                return;
            break;
        case 2:
            inside -= inside == 1;
            cosy_lock_release(&lock);
            if (waits(task, cosy_semaphore_acquire_begin(&semaphore, 1, &task->wait), COSY_FOREVER))
                return;
            break;
        case 3:
            if (++holders > most_holders)
                most_holders = holders;
            cosy_sleep_begin(&task->wait);
            if (waits(task, COSY_WAITING, cosy_in(cosy_s(1))))
                return;
            break;
        case 4:
            holders--;
            cosy_semaphore_release(&semaphore, 1);
            task->wait.result = 0; /* the last arriver does not wait: its index is 0 */
            if (waits(task, cosy_barrier_wait_begin(&barrier, &task->wait), COSY_FOREVER))
                return;
            break;
        case 5:
            indices += 1 << (4 * cosy_task_result(task));
            if (++me->turns < 2) {
                me->at = 0;
                break;
            }
            if (waits(task, cosy_event_wait_begin(&done, &task->wait), COSY_FOREVER))
                return;
            break;
        default:
            woken++;
            cosy_task_end(task, 7);
            return;
        }
    }
}

static void produce(cosy_task *task)
{
    struct tiny *me = (struct tiny *)task;
    while (me->item < ITEMS) {
        me->item++;
        if (waits(task, cosy_queue_put_begin(&queue, &me->item, &task->wait), COSY_FOREVER))
            return;
    }
    cosy_queue_close(&queue);
    cosy_task_end(task, 0);
}

static void count_post(void *arg)
{
    (void)arg;
    posted++;
}

/* Gets slower than the producer puts; in the end posts to its own loop and waits for a signal, in vain and then not. */
static void consume(cosy_task *task)
{
    struct tiny *me = (struct tiny *)task;
    for (;;) {
        switch (me->at++) {
        case 0: {
            int rc = cosy_queue_get_begin(&queue, &me->item, &task->wait);
            task->wait.result = rc == COSY_WAITING ? task->wait.result : rc;
            if (waits(task, rc, COSY_FOREVER))
                return;
            break;
        }
        case 1:
            if (cosy_task_result(task) == COSY_ECLOSED) {
                me->at = 2;
                break;
            }
            sum += me->item;
            me->at = 0;
            cosy_sleep_begin(&task->wait);
            if (waits(task, COSY_WAITING, cosy_in(cosy_us(700))))
                return;
            break;
        case 2:
            if (waits(task, cosy_signal_wait_begin(&signal, &task->wait), cosy_in(cosy_s(60))))
                return;
            break;
        case 3:
            timeouts += cosy_task_result(task) == COSY_ETIMEDOUT;
            cosy_post_fn(&loop, &post, count_post, NULL);
            cosy_signal_raise(&signal);
            if (waits(task, cosy_signal_wait_begin(&signal, &task->wait), cosy_in(cosy_s(60))))
                return;
            break;
        default:
            if (cosy_task_result(task) == COSY_OK)
                cosy_event_set(&done, NULL);
            cosy_task_end(task, 0);
            return;
        }
    }
}

static int start(struct tiny *t, void (*resume)(cosy_task *), const char *name)
{
    int rc = cosy_task_init(&t->task, &loop, resume, name);
    return rc ? rc : cosy_task_start(&t->task, NULL);
}

int tiny_main(void)
{
    int rc = cosy_loop_init(&loop, &port);
    if (rc || cosy_signal_init(&signal, &loop, false, "signal"))
        return 1;
    for (int i = 0; i < WORKERS; i++)
        if (start(&workers[i], work, "worker"))
            return 2;
    if (start(&producer, produce, "producer") || start(&consumer, consume, "consumer"))
        return 3;
    if (cosy_loop_run(&loop))
        return 4;
    if (inside)
        return 5; /* the lock let two in */
    if (most_holders != 2)
        return 6;
    if (trips != 2 || indices != 0x222)
        return 7; /* two generations, each index once in each */
    if (sum != ITEMS * (ITEMS + 1) / 2)
        return 8;
    if (timeouts != 1 || posted != 1)
        return 9;
    if (woken != WORKERS)
        return 10;
    for (int i = 0; i < WORKERS; i++)
        if (!cosy_task_ended(&workers[i].task))
            return 11;
    if (clock_ns <= cosy_s(60) || clock_ns >= cosy_s(120))
        return 12; /* simulated */
    if (cosy_lock_release(&lock) != COSY_ENOTHELD || reports != (COSY_CHECKED ? 1 : 0))
        return 13;
#if !COSY_ATOMICS
    if (masked)
        return 14; /* every mask was undone */
#endif
#if TINY_MORE
    return tiny_more(&loop);
#else
    return 0;
#endif
}

/* ---- where it begins ---- */

#if defined(TINY_HOST) && defined(__x86_64__)

COSY_NORETURN void tiny_exit(int status);

COSY_NORETURN COSY_UNUSED void tiny_exit(int status)
{
    for (;;)
        __asm__ volatile("syscall" ::"a"(231L), "D"((long)status) : "rcx", "r11", "memory"); /* exit_group */
}

__asm__(".globl _start\n_start:\n xorl %ebp, %ebp\n andq $-16, %rsp\n call tiny_main\n movl %eax, %edi\n call tiny_exit\n");

#else

void _start(void)
{
    tiny_main();
    for (;;)
        ;
}

#endif
