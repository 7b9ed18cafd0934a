# For MicroPython's make: USER_C_MODULES=<this repository>.
# The second slash in front keeps make from shortening the paths: the objects must not go to a folder `micropython` in
# the build, which on Unix is the name of the program.
COSY_DIR := /$(abspath $(USERMOD_DIR)/..)

# What a small board can do without: make ... COSY_MP_V2=0 COSY_MP_FAMILY=0. The sizes are of a Cortex-M3, -Os.
# COSY_MP_V2      the module asyn, uasyncio.synchro, uasyncio.queues, uasyncio.cancel(): 7 KB
# COSY_MP_FAMILY  of the module cosy: Broadcast, Flags, Limiter, Once, RWLock, WaitGroup, Watch: 9 KB
COSY_MP_V2 ?= 1
COSY_MP_FAMILY ?= 1
COSY_V2_FILES := asyn% synchro
COSY_FAMILY_FILES := $(addprefix cosy_,broadcast flags limiter once rwlock waitgroup watch)
COSY_LEFT_OUT := board_clock board_input $(if $(filter 0,$(COSY_MP_V2)),$(COSY_V2_FILES)) \
  $(if $(filter 0,$(COSY_MP_FAMILY)),$(COSY_FAMILY_FILES))

# Scanned for names, modules and roots of the collector ...
COSY_FILES := $(notdir $(basename $(wildcard $(COSY_DIR)/micropython/*.c)))
SRC_USERMOD_C += $(patsubst %,$(COSY_DIR)/micropython/%.c,$(filter-out $(COSY_LEFT_OUT),$(COSY_FILES)))
# ... and the engine, which has none.
SRC_USERMOD_LIB_C += $(wildcard $(COSY_DIR)/src/core/*.c $(COSY_DIR)/src/sync/*.c) $(COSY_DIR)/src/inline.c

# COSY_HOSTED=0: no libc, no names, timers without storage. Subpackages: `import uasyncio.synchro` finds a C module.
CFLAGS_USERMOD += -I$(COSY_DIR)/micropython -I$(COSY_DIR)/include -DCOSY_HOSTED=0 -DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1
CFLAGS_USERMOD += -DCOSY_MP_V2=$(COSY_MP_V2) -DCOSY_MP_FAMILY=$(COSY_MP_FAMILY)

include $(USERMOD_DIR)/board.mk
