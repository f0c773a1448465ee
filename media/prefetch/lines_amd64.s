#include "textflag.h"

// func lines(p unsafe.Pointer, offset, n uintptr)
TEXT ·lines(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), AX
	ADDQ offset+8(FP), AX
	MOVQ n+16(FP), CX
	ADDQ AX, CX
	ANDQ $~63, AX
loop:
	PREFETCHT0 (AX)
	ADDQ $64, AX
	CMPQ AX, CX
	JCS  loop
	RET
