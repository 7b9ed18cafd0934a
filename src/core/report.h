/* src/core/report.h - misuse: the error code always, one line for humans in checked builds. */
#ifndef COSY_CORE_REPORT_H
#define COSY_CORE_REPORT_H

#include "../../include/cosy/task.h"

#if COSY_CHECKED
int cosy__misuse(int code, const char *call, const char *object, const cosy_task *other);
#else
#define cosy__misuse(code, call, object, other) ((void)(call), (void)(object), (void)(other), (code))
#endif

#if COSY_NAMES
#define COSY__NAME(object) ((object)->name)
#define COSY__SET_NAME(object, title) ((object)->name = (title))
#else
#define COSY__NAME(object) ((void)(object), (const char *)0)
#define COSY__SET_NAME(object, title) ((void)(title))
#endif

#endif
