package kernel

// The compiled program is committed, so that building rtpgo needs no compiler
// but Go's. After a change of forward.bpf.c or forward.h run `go generate` with
// clang (14 or later), llvm-strip and libbpf's headers installed (Debian:
// clang llvm libbpf-dev).

//go:generate go run github.com/cilium/ebpf/cmd/bpf2go -tags linux -target bpfel,bpfeb -cc clang -no-global-types -type flow_key -type flow -type source -type slot bpf forward.bpf.c -- -O2 -Wall -Werror -mcpu=v3 -I/usr/include/x86_64-linux-gnu
