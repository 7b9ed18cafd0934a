/* Fetches a page and all that it links to. Each page starts a task for each of its links, so nobody knows beforehand how
 * many there will be; the wait group knows when the last one has been fetched. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

struct page {
    const char *name;
    uint32_t ms; /* how long it takes to fetch */
    const struct page *links[3];
};

static const struct page prices = {.name = "prices", .ms = 120};
static const struct page team = {.name = "team", .ms = 50};
static const struct page history = {.name = "history", .ms = 100};
static const struct page about = {.name = "about", .ms = 100, .links = {&team, &history}};
static const struct page home = {.name = "home", .ms = 50, .links = {&about, &prices}};

static cosy_waitgroup under_way = COSY_WAITGROUP_INIT("pages", 0);
static int fetched;

static int fetch(void *arg);

/* Counted before it begins: if the count went up in the task itself, it could be zero before that task has run. */
static int start(const struct page *page)
{
    cosy_waitgroup_add(&under_way, 1);
    int rc = cosy_spawn(NULL, fetch, (void *)(uintptr_t)page, &(cosy_spawn_options){.name = page->name});
    if (rc)
        cosy_waitgroup_done(&under_way);
    return rc;
}

static int fetch(void *arg)
{
    const struct page *page = arg;
    int rc = cosy_sleep(cosy_ms(page->ms));
    if (!rc) {
        printf("%s\n", page->name);
        fetched++;
    }
    for (int i = 0; i < 3 && page->links[i] && !rc; i++)
        rc = start(page->links[i]);
    cosy_waitgroup_done(&under_way); /* fetched or not, and after its links were counted */
    return rc;
}

static int crawl(void *arg)
{
    (void)arg;
    int rc = start(&home);
    if (rc)
        return rc;
    rc = cosy_waitgroup_wait(&under_way, cosy_in(cosy_s(5)));
    if (!rc)
        printf("%d pages\n", fetched);
    return rc;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(crawl, NULL, &options);
    if (rc)
        fprintf(stderr, "waitgroup: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
