/* Two tasks share a printer: the second greeting begins when the first one is complete. */
#include <cosy.h>
#include <stdio.h>

static cosy_lock printer = COSY_LOCK_INIT("printer");

static int greet(void *name)
{
    int rc = cosy_lock_acquire(&printer, cosy_in(cosy_s(5))); /* in line, five seconds at most */
    if (rc)
        return rc;
    printf("hello, ");
    rc = cosy_sleep(cosy_ms(100)); /* others run; the printer is still ours */
    printf("%s\n", (const char *)name);
    cosy_lock_release(&printer);
    return rc;
}

static int both(void *arg)
{
    cosy_group greetings;
    (void)arg;
    int rc = cosy_group_open(&greetings, "greetings");
    if (rc)
        return rc;
    rc = cosy_spawn_in(&greetings, NULL, greet, "sea", NULL);
    if (!rc)
        rc = cosy_spawn_in(&greetings, NULL, greet, "land", NULL);
    int failed = cosy_group_join(&greetings, COSY_FOREVER); /* both have ended here */
    return rc ? rc : failed;
}

int main(void)
{
    return cosy_run(both, NULL, NULL) ? 1 : 0;
}
