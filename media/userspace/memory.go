package userspace

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the kernel reads and writes while a worker waits in a raw system call
// lies outside the Go heap, where nothing moves and no write barrier is due.

// kernelHeader is struct msghdr with its pointers as numbers.
type kernelHeader struct {
	name       uintptr
	nameLen    uint32
	iov        uintptr
	iovLen     uintptr
	control    uintptr
	controlLen uintptr
	flags      int32
}

// kernelMsg is struct mmsghdr.
type kernelMsg struct {
	kernelHeader
	n uint32 // octets received or sent
}

// kernelVec is struct iovec.
type kernelVec struct {
	base, n uintptr
}

// region is one mapping that is cut into arrays.
type region struct {
	mem  []byte
	used uintptr
}

func mapRegion(size uintptr) (*region, error) {
	mem, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("map %d octets of packet buffers: %w", size, err)
	}
	return &region{mem: mem}, nil
}

func (r *region) unmap() {
	_ = unix.Munmap(r.mem)
	r.mem = nil
}

const cacheLine = 64

// carve takes an array of n elements, which must hold no Go pointers, from r.
func carve[T any](r *region, n int) []T {
	p := &r.mem[r.used]
	r.used += carved[T](n)
	if r.used > uintptr(len(r.mem)) {
		panic("region is too small")
	}
	return unsafe.Slice((*T)(unsafe.Pointer(p)), n)
}

// carved is the room that n elements take.
func carved[T any](n int) uintptr {
	return (unsafe.Sizeof(*new(T))*uintptr(n) + cacheLine - 1) &^ (cacheLine - 1)
}

func addressOf[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
