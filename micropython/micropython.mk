# For MicroPython's make: USER_C_MODULES=<this repository>.
# The second slash in front keeps make from shortening the paths: the objects must not go to a folder `micropython` in
# the build, which on Unix is the name of the program.
COSY_DIR := /$(abspath $(USERMOD_DIR)/..)

# Scanned for names, modules and roots of the collector ...
SRC_USERMOD_C += $(filter-out %/board_clock.c %/board_input.c,$(wildcard $(COSY_DIR)/micropython/*.c))
# ... and the engine, which has none.
SRC_USERMOD_LIB_C += $(wildcard $(COSY_DIR)/src/core/*.c $(COSY_DIR)/src/sync/*.c) $(COSY_DIR)/src/inline.c

# COSY_HOSTED=0: no libc, no names, timers without storage. Subpackages: `import uasyncio.synchro` finds a C module.
CFLAGS_USERMOD += -I$(COSY_DIR)/micropython -I$(COSY_DIR)/include -DCOSY_HOSTED=0 -DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1

include $(USERMOD_DIR)/board.mk
