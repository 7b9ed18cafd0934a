/* The switch on x86-64, System V ABI: six registers, the stack pointer, a jump.
 *
 * The control words of x87 and SSE are left alone: tasks of one loop share them, as functions do. The unwinding rules
 * hold on both stacks, because both have the same layout at each instruction.
 */
        .text
        .p2align 4
        .globl  cosy__switch
        .hidden cosy__switch
        .type   cosy__switch, @function
cosy__switch:                           /* (void **save, void **to, int result) */
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0
        movq    %rsp, (%rdi)
        movq    (%rsi), %rsp
        movl    %edx, %eax
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore %r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore %rbp
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        .cfi_register %rip, %rcx
        jmp     *%rcx
        .cfi_endproc
        .size   cosy__switch, . - cosy__switch

/* Where a new coroutine's first switch lands: its block is in %r12. Nothing lies below: backtraces end here. */
        .p2align 4
        .type   entry, @function
entry:
        .cfi_startproc
        .cfi_undefined %rip
        nop                             /* unwinders look up the address before the one to return to */
begin:
        xorl    %ebp, %ebp
        movq    %r12, %rdi
        call    cosy__coro_main
        ud2
        .cfi_endproc
        .size   entry, . - entry

/* void *cosy__first_frame(void *top, cosy_coro *coro): room for six registers, and the address to jump to. */
        .p2align 4
        .globl  cosy__first_frame
        .hidden cosy__first_frame
        .type   cosy__first_frame, @function
cosy__first_frame:
        .cfi_startproc
        andq    $-16, %rdi
        leaq    begin(%rip), %rax
        movq    %rax, -8(%rdi)          /* at entry the stack pointer is top, a multiple of 16 */
        movq    %rsi, -32(%rdi)         /* r12; what the other five hold does not matter */
        leaq    -56(%rdi), %rax
        ret
        .cfi_endproc
        .size   cosy__first_frame, . - cosy__first_frame

        .section .note.GNU-stack, "", @progbits
