/* The first instructions (PVH boot protocol: docs/misc/pvh.pandoc of Xen), the system call entry and the
 * exception vectors. All of it runs in ring 0 with interrupts off. */

#define CODE 0x08
#define DATA 0x10

/* The note by which Xen and QEMU find the 32-bit entry (xen/elfnote.h). QEMU reads 8 bytes of it. */
	.section .note.Xen, "aR", @note
	.balign 4
	.long 4, 8, 18			/* size of the name, of the descriptor; XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad pvh_entry
	.balign 4

/* Paging off, flat segments, %ebx: start_info. Nothing else is promised. */
	.section .text.xenrt_entry, "ax"
	.code32
	.type pvh_entry, @function
pvh_entry:
	cli
	cld
	movl $boot_stack_end, %esp

	/* The first 4 GiB, virtual = physical, in pages of 2 MiB, until boot/paging.cpp has made the real
	 * tables. Everything that is needed before lies there. */
	movl $boot_directories, %edi
	movl $0x83, %eax		/* present, writable, large */
	movl $2048, %ecx
1:	movl %eax, (%edi)
	movl $0, 4(%edi)
	addl $0x200000, %eax
	addl $8, %edi
	decl %ecx
	jnz 1b
	movl $boot_pointers, %edi
	movl $boot_directories + 3, %eax
	movl $4, %ecx
2:	movl %eax, (%edi)
	movl $0, 4(%edi)
	addl $0x1000, %eax
	addl $8, %edi
	decl %ecx
	jnz 2b
	movl $boot_pointers + 3, boot_top
	movl $0, boot_top + 4
	movl $boot_top, %eax
	movl %eax, %cr3

	/* Long mode, no-execute and SYSCALL are asked for before they are turned on: an old processor
	 * would end in a triple fault. */
	movl %ebx, %esi
	movl $0x80000001, %eax
	cpuid
	andl $0x20100800, %edx		/* LM, NX, SYSCALL */
	cmpl $0x20100800, %edx
	jne too_old

	movl %cr4, %eax
	orl $0x6a0, %eax		/* PAE, PGE, OSFXSR, OSXMMEXCPT */
	movl %eax, %cr4
	movl $0xc0000080, %ecx		/* EFER */
	rdmsr
	orl $0x901, %eax		/* NXE, LME, SCE */
	wrmsr
	movl %cr0, %eax
	andl $0x9ffffff3, %eax		/* not CD, NW, EM, TS */
	orl $0x80000023, %eax		/* PG, NE, MP, PE */
	movl %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $CODE, $long_mode

too_old:
	movl $too_old_text, %esi
3:	lodsb
	testb %al, %al
	jz 4f
	movb %al, %bl
	outb %al, $0xe9
	movw $0x3f8, %dx
	outb %al, %dx
	jmp 3b
4:	movl $126, %eax
	outl %eax, $0xf4
5:	hlt
	jmp 5b

	.code64
long_mode:
	movl $DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq $boot_stack_end, %rsp
	xorl %ebp, %ebp
	movl %esi, %edi
	call xenrt_start		/* gives the stack that glibc's _start expects */
	movq %rax, %rsp
	xorl %ebp, %ebp
	xorl %edx, %edx			/* nothing to call at exit */
	jmp _start
	.size pvh_entry, . - pvh_entry

/* SYSCALL from ring 0 to ring 0: %rcx is where to go on, the stack is still the caller's, and the 128
 * bytes below it may be in use. So another stack is taken at once, and the way back is a jump. Flags need no care:
 * interrupts are never on, MSR_FMASK clears the direction. */
	.text
	.globl xenrt_syscall_entry
	.type xenrt_syscall_entry, @function
xenrt_syscall_entry:
	movq %rsp, xenrt_syscall_caller_stack(%rip)
	movq $xenrt_syscall_stack + 5 * 4096, %rsp
	pushq %rcx
	pushq %rbp			/* with %rcx above it: a frame that backtraces can follow */
	movq %rsp, %rbp
	pushq %r9
	pushq %r8
	pushq %r10
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rax
	pushq %rcx
	movq %rsp, %rdi			/* linux-abi/entry.cpp: SyscallFrame */
	call xenrt_syscall
	addq $16, %rsp
	popq %rdi
	popq %rsi
	popq %rdx
	popq %r10
	popq %r8
	popq %r9
	popq %rbp
	popq %rcx
	movq xenrt_syscall_caller_stack(%rip), %rsp
	jmp *%rcx
	.size xenrt_syscall_entry, . - xenrt_syscall_entry

/* 32 exceptions, then all interrupts that should never come. Vectors 8, 10-14, 17, 21, 29 and 30 come with an
 * error code. */
	.altmacro
	.macro VECTOR n
	.balign 16
	.if !(\n == 8 || (\n >= 10 && \n <= 14) || \n == 17 || \n == 21 || \n == 29 || \n == 30)
	pushq $0
	.endif
	pushq $\n
	jmp trapped
	.endm

	.balign 16
	.globl xenrt_vectors
xenrt_vectors:
	.set i, 0
	.rept 256
	VECTOR %i
	.set i, i + 1
	.endr

trapped:				/* boot/traps.hpp: TrapFrame */
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rbp
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cld
	movq %rsp, %rdi
	andq $-16, %rsp
	call xenrt_trap			/* does not return */
	ud2

/* Filled in by Xen: 32 bytes of code for each hypercall. */
	.balign 4096
	.globl xenrt_hypercall_page
xenrt_hypercall_page:
	.skip 4096, 0xcc

	.section .rodata.xenrt_entry, "a"
	.balign 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* ring 0, 64-bit code, accessed */
	.quad 0x00cf93000000ffff	/* ring 0, data, accessed */
boot_gdt_pointer:
	.word boot_gdt_pointer - boot_gdt - 1
	.quad boot_gdt
too_old_text:
	.asciz "xenrt: the processor lacks long mode, no-execute pages or SYSCALL\n"

	.bss
	.balign 4096
boot_top:		.skip 4096
boot_pointers:		.skip 4096
boot_directories:	.skip 4 * 4096
	.skip 16384
boot_stack_end:
	.globl xenrt_syscall_caller_stack
xenrt_syscall_caller_stack:	.quad 0
	.section .note.GNU-stack, "", @progbits
