# The part of micropython.mk for the boards of the qemu port, of which QEMU_ARCH tells. Empty for all others.
ifneq ($(QEMU_ARCH),)
SRC_USERMOD_C += $(COSY_DIR)/micropython/board_clock.c
SRC_USERMOD_LIB_C += $(COSY_DIR)/micropython/board_input.c
COSY_BOARD_CONFIG ?= board_config.h
CFLAGS_USERMOD += -DMP_CONFIGFILE='"$(COSY_DIR)/micropython/$(COSY_BOARD_CONFIG)"'

# These files read the serial line, or keep the program from looking at it: they get what board_input.c has instead.
COSY_BOARD := -include $(COSY_DIR)/micropython/board.h
COSY_BOARD_VM := -include $(COSY_DIR)/micropython/board_vm.h
$(BUILD)/mphalport.o: private CFLAGS += $(COSY_BOARD) -Duart_rx_chr=cosy_mp_board_rx_chr
$(BUILD)/shared/runtime/sys_stdio_mphal.o: private CFLAGS += $(COSY_BOARD) -Dmp_hal_stdio_poll=cosy_mp_board_stdio_poll
$(BUILD)/extmod/modtime.o: private CFLAGS += $(COSY_BOARD) -Dmp_hal_delay_ms=cosy_mp_board_delay_ms
$(BUILD)/py/vm.o: private CFLAGS += $(COSY_BOARD_VM)
endif
