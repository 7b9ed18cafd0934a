# For a board with MicroPython's own asyncio: the clock and keys that cosy's firmware has too, and a configuration that
# switches on what this asyncio needs.
COSY_MODULE := $(abspath $(USERMOD_DIR)/../..)
COSY_STOCK := $(USERMOD_DIR)
USERMOD_DIR := $(COSY_MODULE)
include $(COSY_MODULE)/board.mk
USERMOD_DIR := $(COSY_STOCK)
CFLAGS_USERMOD += -DMP_CONFIGFILE='"$(COSY_MODULE)/stock/qemu.h"'
