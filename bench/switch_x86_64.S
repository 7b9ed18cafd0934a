/* The unit S of the tables: the cheapest switch that is a real function call. No library's, so it moves with none.
 * void unit_switch(void **save, void **restore) */
    .text
    .globl unit_switch
    .type unit_switch, @function
    .p2align 4
unit_switch:
    .cfi_startproc
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rdx
    jmp *%rdx /* a ret would be mispredicted: it does not lead to who called last */
    .cfi_endproc
    .size unit_switch, . - unit_switch
    .section .note.GNU-stack, "", @progbits
