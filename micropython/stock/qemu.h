/* The configuration of MicroPython's qemu port, with what its own asyncio needs. Used in place of mpconfigport.h. */
#include <mpconfigport.h>

#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO (1)
#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
