/* The inline functions of the public headers once more as real ones: from the same text, for languages that cannot
 * include C, and for compilers that decide not to inline.
 */
#include "../include/cosy/compiler.h"

#undef COSY_INLINE
#define COSY_INLINE COSY_API extern inline

#include "../include/cosy.h"
