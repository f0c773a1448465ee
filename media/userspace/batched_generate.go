package userspace

// The object files are committed: building needs no compiler for BPF. To make
// them anew: apt-get install clang llvm libbpf-dev linux-libc-dev, then
// go generate ./media/userspace

//go:generate go run github.com/cilium/ebpf/cmd/bpf2go -tags linux -target bpfel,bpfeb -cflags "-O2 -g -mcpu=v2 -Wall -Werror -I/usr/include/x86_64-linux-gnu -I/usr/include/aarch64-linux-gnu" steer steer.bpf.c
