/* What the two parts of tiny share. */
#ifndef TINY_H
#define TINY_H

#include <cosy.h>

/* The rest of the family in a loop that has come to rest: 0, or 100 and the number of the row that went wrong. */
int tiny_more(cosy_loop *loop);

#endif
