/* Pages are saved by two workers until the disk is full. The worker that notices shuts the queue down for that reason: the
 * reader of pages cannot put any more, the other worker ends, and what nobody saved is given back to the heap and told.
 * With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *room[4]; /* pointers to pages from malloc(): whoever gets one frees it */
static cosy_queue_more more = COSY_QUEUE_MORE_FIFO;
static cosy_queue pages = COSY_QUEUE_INIT_WITH("pages", room, &more);
static int blocks_left = 3;

static void not_saved(void *item, void *arg)
{
    char *page = *(char **)item;
    (void)arg;
    printf("not saved: %s\n", page);
    free(page);
}

static int save(void *arg)
{
    char *page;
    int rc;
    (void)arg;
    while ((rc = cosy_queue_get(&pages, &page, COSY_FOREVER)) == COSY_OK) {
        rc = cosy_sleep(cosy_ms(50)); /* the disk works */
        if (!rc && blocks_left > 0) {
            blocks_left--;
            printf("saved: %s\n", page);
            free(page);
        } else {
            not_saved(&page, NULL);
            cosy_queue_shutdown(&pages, COSY_QUEUE_DISCARD, "the disk is full"); /* harmless the second time */
        }
        cosy_queue_task_done(&pages);
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int read_pages(void *arg)
{
    cosy_group workers;
    (void)arg;
    int rc = cosy_group_open(&workers, "workers");
    if (rc)
        return rc;
    cosy_queue_on_undelivered(&pages, not_saved, NULL);
    for (int i = 0; i < 2 && !rc; i++)
        rc = cosy_spawn_in(&workers, NULL, save, NULL, &(cosy_spawn_options){.name = "worker"});
    for (int i = 1; i <= 20 && !rc; i++) {
        char *page = malloc(16);
        if (!page) {
            rc = COSY_ENOMEM;
            break;
        }
        snprintf(page, 16, "page %d", i);
        rc = cosy_queue_put(&pages, &page, COSY_FOREVER);
        if (rc)
            not_saved(&page, NULL); /* it did not enter the queue, so it is still ours */
    }
    if (rc == COSY_ECLOSED) {
        printf("gave up: %s\n", cosy_queue_reason(&pages));
        rc = COSY_OK;
    }
    if (!rc)
        rc = cosy_queue_join(&pages, COSY_FOREVER); /* each page was saved, or given back */
    cosy_queue_close(&pages);
    int failed = cosy_group_join(&workers, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(read_pages, NULL, &options);
    if (rc)
        fprintf(stderr, "queue_shutdown: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
