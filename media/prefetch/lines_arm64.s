#include "textflag.h"

// func lines(p unsafe.Pointer, offset, n uintptr)
TEXT ·lines(SB), NOSPLIT, $0-24
	MOVD p+0(FP), R0
	MOVD offset+8(FP), R1
	ADD  R1, R0
	MOVD n+16(FP), R1
	ADD  R0, R1
	AND  $~63, R0
loop:
	PRFM (R0), PLDL1KEEP
	ADD  $64, R0
	CMP  R1, R0
	BLO  loop
	RET
