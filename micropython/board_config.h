/* The configuration of MicroPython's qemu port, without what QEMU before 8.1 cannot play. Used in place of
 * mpconfigport.h. */
#include <mpconfigport.h>

/* After release 1.28 native code (@micropython.native) on RISC-V got instructions of the extension Zcmp, of which such a
 * QEMU dies. */
#undef MICROPY_EMIT_RV32_ZCMP
#define MICROPY_EMIT_RV32_ZCMP (0)
