# For a board with MicroPython's own asyncio: the clock and keys that cosy's firmware has too, and a configuration that
# switches on what this asyncio needs.
COSY_DIR := /$(abspath $(USERMOD_DIR)/../../..)
include $(COSY_DIR)/micropython/board.mk
CFLAGS_USERMOD += -I$(COSY_DIR)/micropython -DMP_CONFIGFILE='"$(COSY_DIR)/micropython/stock/qemu.h"'
