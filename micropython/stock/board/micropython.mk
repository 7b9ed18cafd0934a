# For a board with MicroPython's own asyncio: the clock and keys that cosy's firmware has too, and a configuration that
# switches on what this asyncio needs.
COSY_DIR := /$(abspath $(USERMOD_DIR)/../../..)
COSY_BOARD_CONFIG := stock/qemu.h
include $(COSY_DIR)/micropython/board.mk
CFLAGS_USERMOD += -I$(COSY_DIR)/micropython
