/* The switch on AArch64, AAPCS64: x19-x30, d8-d15, the stack pointer, a branch. */
        .text
        .p2align 4
        .globl  cosy__switch
        .hidden cosy__switch
        .type   cosy__switch, %function
cosy__switch:                           // (void **save, void **to, int result)
        .cfi_startproc
        sub     sp, sp, #160
        .cfi_def_cfa_offset 160
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        .cfi_rel_offset x19, 0
        .cfi_rel_offset x20, 8
        .cfi_rel_offset x21, 16
        .cfi_rel_offset x22, 24
        .cfi_rel_offset x23, 32
        .cfi_rel_offset x24, 40
        .cfi_rel_offset x25, 48
        .cfi_rel_offset x26, 56
        .cfi_rel_offset x27, 64
        .cfi_rel_offset x28, 72
        .cfi_rel_offset x29, 80
        .cfi_rel_offset x30, 88
        mov     x9, sp
        str     x9, [x0]
        ldr     x9, [x1]
        mov     sp, x9
        mov     w0, w2
        ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        .cfi_def_cfa_offset 0
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        .cfi_restore x29
        .cfi_restore x30
        br      x30
        .cfi_endproc
        .size   cosy__switch, . - cosy__switch

// Where a new coroutine's first switch lands: its block is in x19. Nothing lies below: backtraces end here.
        .p2align 4
        .type   entry, %function
entry:
        .cfi_startproc
        .cfi_undefined x30
        nop                             // unwinders look up the address before the one to return to
begin:
        mov     x29, xzr
        mov     x30, xzr
        mov     x0, x19
        bl      cosy__coro_main
        brk     #1
        .cfi_endproc
        .size   entry, . - entry

// void *cosy__first_frame(void *top, cosy_coro *coro): the registers of a task that has never run.
        .p2align 4
        .globl  cosy__first_frame
        .hidden cosy__first_frame
        .type   cosy__first_frame, %function
cosy__first_frame:
        .cfi_startproc
        and     x0, x0, #-16
        sub     x0, x0, #160
        adr     x9, begin
        stp     x1, xzr, [x0, #0]       // x19 = coro
        stp     xzr, xzr, [x0, #16]
        stp     xzr, xzr, [x0, #32]
        stp     xzr, xzr, [x0, #48]
        stp     xzr, xzr, [x0, #64]
        stp     xzr, x9, [x0, #80]      // x30 = begin
        stp     xzr, xzr, [x0, #96]
        stp     xzr, xzr, [x0, #112]
        stp     xzr, xzr, [x0, #128]
        stp     xzr, xzr, [x0, #144]
        ret
        .cfi_endproc
        .size   cosy__first_frame, . - cosy__first_frame

        .section .note.GNU-stack, "", %progbits
