/* The configuration of MicroPython's qemu port as cosy has it, with what MicroPython's own asyncio needs. */
#include "../board_config.h"

#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO (1)
#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
