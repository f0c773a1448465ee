//go:build ignore

// Steers the datagrams of open media ports to one socket per worker.
//
// Runs where the kernel looks for the socket of an incoming UDP packet
// (BPF_PROG_TYPE_SK_LOOKUP, Linux 5.9), after connected sockets and before
// bound ones. Ports that are not open here are left to whoever has them.
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define AF_INET 2
#define AF_INET6 10
#define PORT_WORDS 2048 /* 65536 ports, two bits each */
#define OPEN 1
#define MUTED 2

/* IPv4 as ::ffff:a.b.c.d */
struct address {
	__u32 word[4];
};

/* Local addresses -> number of their part of open_ports. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct address);
	__type(value, __u32);
} addresses SEC(".maps");

/* Two bits per port of each address: OPEN, and MUTED for those whose packets
 * are to be dropped. User space maps this memory, so that it opens and closes
 * ports without a system call. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 64 * PORT_WORDS);
	__type(key, __u32);
	__type(value, __u64);
} open_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} workers SEC(".maps");

volatile const __u32 worker_count = 1;

SEC("sk_lookup")
int rtpgo_steer(struct bpf_sk_lookup *ctx)
{
	struct address local = {};

	if (ctx->protocol != IPPROTO_UDP)
		return SK_PASS;
	if (ctx->family == AF_INET) {
		local.word[2] = bpf_htonl(0xffff);
		local.word[3] = ctx->local_ip4;
	} else if (ctx->family == AF_INET6) {
		/* Each word with a load of its own: the verifier takes no
		 * computed pointer into the context. */
		const volatile __u32 *ip = ctx->local_ip6;

		local.word[0] = ip[0];
		local.word[1] = ip[1];
		local.word[2] = ip[2];
		local.word[3] = ip[3];
	} else {
		return SK_PASS;
	}
	__u32 *slot = bpf_map_lookup_elem(&addresses, &local);
	if (!slot)
		return SK_PASS;

	__u32 port = ctx->local_port & 0xffff;
	__u32 index = *slot * PORT_WORDS + (port >> 5);
	__u64 *word = bpf_map_lookup_elem(&open_ports, &index);
	if (!word)
		return SK_PASS;
	__u64 bits = *word >> (2 * (port & 31));
	if (!(bits & OPEN))
		return SK_PASS;
	if (bits & MUTED)
		return SK_DROP;

	/* An RTP port and the RTCP port after it meet the same worker. */
	__u32 worker = (port >> 1) % worker_count;
	struct bpf_sock *sk = bpf_map_lookup_elem(&workers, &worker);
	if (!sk)
		return SK_PASS;
	/* Fails if a program before this one chose a socket: that one stays. */
	bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return SK_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
