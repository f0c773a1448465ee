//go:build amd64 && !purego

#include "textflag.h"

// func subWord(w uint32) uint32
TEXT ·subWord(SB), NOSPLIT, $0-12
	MOVL w+0(FP), AX
	MOVQ AX, X0
	PSHUFD $0, X0, X0
	AESKEYGENASSIST $0, X0, X1
	MOVQ X1, AX
	MOVL AX, ret+8(FP)
	RET

// COUNTER sets a block to iv with the counter CX in its last two octets, and
// counts on.
#define COUNTER(block) \
	MOVL   CX, R8           \
	ROLW   $8, R8           \
	MOVO   X15, block       \
	PINSRW $7, R8, block    \
	INCL   CX

#define EACH(op) \
	op X14, X0 \
	op X14, X1 \
	op X14, X2 \
	op X14, X3 \
	op X14, X4 \
	op X14, X5 \
	op X14, X6 \
	op X14, X7

// func ctrBlocks(rk *[240]byte, rounds int, iv *[16]byte, ks *[chunk]byte, first, n int)
//
// Eight blocks at a time keep the AES unit busy, whose instructions take
// several cycles each but can start one in every cycle.
TEXT ·ctrBlocks(SB), NOSPLIT, $0-48
	MOVQ  rk+0(FP), AX
	MOVQ  rounds+8(FP), BX
	MOVQ  iv+16(FP), SI
	MOVQ  ks+24(FP), DI
	MOVQ  first+32(FP), CX
	MOVQ  n+40(FP), DX
	MOVOU (SI), X15
	DECQ  BX

batch:
	COUNTER(X0)
	COUNTER(X1)
	COUNTER(X2)
	COUNTER(X3)
	COUNTER(X4)
	COUNTER(X5)
	COUNTER(X6)
	COUNTER(X7)
	MOVOU (AX), X14
	EACH(PXOR)
	MOVQ  AX, R9
	MOVQ  BX, R10

round:
	ADDQ  $16, R9
	MOVOU (R9), X14
	EACH(AESENC)
	DECQ  R10
	JNZ   round
	MOVOU 16(R9), X14
	EACH(AESENCLAST)
	MOVOU X0, 0(DI)
	MOVOU X1, 16(DI)
	MOVOU X2, 32(DI)
	MOVOU X3, 48(DI)
	MOVOU X4, 64(DI)
	MOVOU X5, 80(DI)
	MOVOU X6, 96(DI)
	MOVOU X7, 112(DI)
	ADDQ  $128, DI
	DECQ  DX
	JNZ   batch
	RET
