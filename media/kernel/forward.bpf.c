//go:build ignore

// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Forwarding of media at tc ingress: a packet of a known flow gets its new
// addresses and ports and leaves by bpf_redirect_neigh. Whatever isn't
// positively known goes on to the next program, and up, unchanged.
//
// The license string says "Dual MIT/GPL" because the helpers that change and
// redirect packets are offered to GPL-compatible programs only.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "forward.h"

char _license[] SEC("license") = "Dual MIT/GPL";

// Flows by local address and port. Entries are written by user space alone, and
// replaced whole: the program never changes one. max_entries is set at load.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct flow_key);
	__type(value, struct flow);
} flows SEC(".maps");

// Counters, one slot per flow, mapped into the daemon's memory.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps");

// One number per port, mapped into the daemon's memory, that only grows. Adding
// to it stops all flows that arrive or leave there, without a system call or a
// lock, until user space has brought their entries up to date.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} gates SEC(".maps");

// Packets of known flows that went up, by cause.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, UP_CAUSES);
	__type(key, __u32);
	__type(value, __u64);
} ups SEC(".maps");

// Nothing is forwarded past this time (CLOCK_MONOTONIC, ns). A filter that
// outlives its daemon is harmless once it expires; links never outlive theirs,
// and get the end of time.
volatile __u64 lease = 0;

// FIXED keeps the compiler from computing a pointer by an offset that varies:
// the verifier lets a daemon with CAP_BPF but without CAP_PERFMON do that with
// constants only.
#define FIXED(p) asm volatile("" : "+r"(p))

#define NEXT TC_ACT_UNSPEC
#define INET 2 // AF_INET, AF_INET6
#define INET6 10
#define IP4_LEN 20
#define IP6_LEN 40
#define UDP_LEN 8
#define RTP_LEN 12
#define DONT_FRAGMENT 0x4000

// packet is what has been read before anything is changed.
struct packet {
	struct flow_key key;
	__u32 peer[4];
	__u16 peer_port;
	__u16 n; // octets of the UDP datagram
	__u8 ttl;
	// of RTP
	__u8 pt;
	__u16 seq;
	__u32 ssrc, timestamp;
};

static __always_inline int up(struct slot *s, __u32 cause)
{
	__u64 *n = bpf_map_lookup_elem(&ups, &cause);
	if (n)
		(*n)++;
	if (s)
		s->up++;
	return NEXT;
}

static __always_inline __u16 fold(__u64 s)
{
	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return s;
}

static __always_inline __u64 sum4(const __u32 *w)
{
	return (__u64)w[0] + w[1] + w[2] + w[3] + w[4];
}

static __always_inline int same(const __u32 *a, const __u32 *b, int n)
{
	for (int i = 0; i < n; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

// ticks converts a time to ticks of an RTP clock.
static __always_inline __u32 ticks(__u64 now, __u32 clock)
{
	__u64 s = now / 1000000000, ns = now % 1000000000;
	return s * clock + ns * clock / 1000000000;
}

// read_rtp reads the RTP header; false unless it is one that fits.
static __always_inline int read_rtp(struct __sk_buff *skb, const __u8 *p, __u32 off, struct packet *k)
{
	if ((p[0] & 0xc0) != 0x80 || (p[1] >= 192 && p[1] <= 223))
		return 0;
	__u32 head = UDP_LEN + RTP_LEN + 4 * (p[0] & 15);
	k->pt = p[1] & 0x7f;
	k->seq = (__u16)p[2] << 8 | p[3];
	k->timestamp = bpf_ntohl(*(__be32 *)(p + 4));
	k->ssrc = bpf_ntohl(*(__be32 *)(p + 8));
	if (p[0] & 0x10) {
		__be16 words;
		if (bpf_skb_load_bytes(skb, off + head + 2, &words, sizeof words))
			return 0;
		head += 4 + 4 * bpf_ntohs(words);
	}
	return head <= k->n;
}

static __always_inline struct source *find_source(struct slot *s, __u32 ssrc)
{
#pragma unroll
	for (int i = 0; i < SOURCES; i++) {
		struct source *c = &s->sources[i];

		FIXED(c);
		if (c->used && c->ssrc == ssrc)
			return c;
	}
	return 0;
}

// continues tells whether a sequence number goes on from the source's (limits
// of RFC 3550 appendix A.1). A restart is user space's to confirm.
static __always_inline int continues(const struct source *s, __u16 seq)
{
	__s16 d = seq - (__u16)s->high;
	return d <= 3000 && d >= -100;
}

static __always_inline void count_source(const struct flow *f, struct source *s, const struct packet *k, __u64 now)
{
	__s32 d = (__s16)(k->seq - (__u16)s->high);

	s->packets++;
	s->octets += k->n - UDP_LEN;
	s->pt = k->pt;
	s->timestamp = k->timestamp;
	if (d > 0) {
		s->seen = d < 64 ? s->seen << d | 1 : 1;
		s->high += d;
	} else if (d > -64) {
		__u64 bit = 1ULL << -d;
		if (s->seen & bit)
			s->duplicates++;
		s->seen |= bit;
	}
	if (!f->clock || k->pt != f->clock_pt)
		return;
	__u32 transit = ticks(now, f->clock) - k->timestamp;
	if (s->timed) {
		__s32 j = transit - s->transit;
		if (j < 0)
			j = -j;
		// A jump of seconds is a new timestamp base, not jitter.
		if ((__u32)j < 4 * f->clock)
			s->jitter += j - ((s->jitter + 8) >> 4);
	}
	s->transit = transit;
	s->timed = 1;
}

// write4 makes the network header of the packet to send out of that of the
// packet that came, or afresh.
static __always_inline void write4(struct iphdr *ip, const struct flow *f, const struct packet *k, int afresh)
{
	__u32 *w = (__u32 *)ip;
	__u64 sum = 0;

	if (afresh) {
		w[0] = bpf_htonl(0x45000000 | (IP4_LEN + k->n));
		w[1] = bpf_htonl(DONT_FRAGMENT);
		w[2] = bpf_htonl(IPPROTO_UDP << 16);
	} else {
		// By difference: a header that came broken must stay so.
		sum = (__u16)~ip->check;
		ip->check = 0;
		sum += (__u64)(__u32)~w[0] + (__u32)~w[1] + (__u32)~w[2] + (__u32)~w[3] + (__u32)~w[4];
	}
	ip->tos = f->tos;
	ip->ttl = k->ttl;
	ip->saddr = f->from[0];
	ip->daddr = f->to[0];
	ip->check = ~fold(sum + sum4(w));
}

static __always_inline void write6(struct ipv6hdr *ip, const struct flow *f, const struct packet *k, int afresh)
{
	__u32 *w = (__u32 *)ip;
	__u32 label = afresh ? 0 : w[0] & bpf_htonl(0xfffff);

	w[0] = bpf_htonl(0x60000000 | (__u32)f->tos << 20) | label;
	if (afresh) {
		ip->payload_len = bpf_htons(k->n);
		ip->nexthdr = IPPROTO_UDP;
	}
	ip->hop_limit = k->ttl;
	for (int i = 0; i < 4; i++) {
		w[2 + i] = f->from[i];
		w[6 + i] = f->to[i];
	}
}

// rewrite turns the packet into the one to send, whose link layer header has
// ETH_HLEN octets. Once it has begun the packet can't go up any more.
//
// The checksum helpers know all ways a checksum may be kept: whole, still to be
// done by a device (CHECKSUM_PARTIAL, packets of local containers), and as the
// packet sum that a device has taken (CHECKSUM_COMPLETE). To follow the latter,
// what the header changes sum up to is counted in extra: an IPv4 header always
// sums to zero, and bpf_l4_csum_replace assumes that of the addresses.
static __always_inline int rewrite(struct __sk_buff *skb, const struct flow *f, const struct packet *k, int six)
{
	int to6 = f->flags & FLOW_TO_IPV6, afresh = six ? !to6 : !!to6;
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct udphdr *u;
	__u64 extra = 0;
	__u32 check;

	if (to6) {
		struct ipv6hdr *ip = data + ETH_HLEN;
		__u32 *w = (__u32 *)ip;

		u = (void *)(ip + 1);
		if ((void *)(u + 1) > end)
			return -1;
		if (!afresh)
			extra = (__u64)(__u32)~w[0] + (__u32)~w[1] + f->addr_diff;
		write6(ip, f, k, afresh);
		extra += (__u64)w[0] + w[1];
		if (afresh)
			for (int i = 2; i < 10; i++)
				extra += w[i];
		check = ETH_HLEN + IP6_LEN + 6;
	} else {
		struct iphdr *ip = data + ETH_HLEN;
		__u32 *w = (__u32 *)ip;

		u = (void *)(ip + 1);
		if ((void *)(u + 1) > end)
			return -1;
		if (afresh)
			extra = (__u64)(__u32)~w[0] + (__u32)~w[1] + (__u32)~w[2] + (__u32)~w[3] + (__u32)~w[4];
		write4(ip, f, k, afresh);
		check = ETH_HLEN + IP4_LEN + 6;
	}
	u->source = f->from_port;
	u->dest = f->to_port;
	if (bpf_l4_csum_replace(skb, check, 0, f->addr_diff, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0) ||
	    bpf_l4_csum_replace(skb, check, 0, f->port_diff, BPF_F_MARK_MANGLED_0))
		return -1;
	if (extra)
		bpf_csum_update(skb, fold(extra));
	skb->mark = 0;
	skb->priority = f->priority;
	return 0;
}

// forward is the program. l2 is the length of the device's link layer header.
static __always_inline int forward(struct __sk_buff *skb, const __u32 l2)
{
	struct packet k = {};
	void *data, *end;
	struct udphdr *u;
	__u32 total;
	int six, odd;

	// A frame for another host (promiscuous mode), or of a VLAN that has its
	// own device: it passes there without its tag. VLAN 0 is but a priority
	// (IEEE 802.1Q clause 6.9), its frames belong to this device.
	if (skb->pkt_type != 0 || (skb->vlan_present && (skb->vlan_tci & 0xfff)))
		return NEXT;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		six = 0;
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		six = 1;
	else
		return NEXT;

	const __u32 want = l2 + IP6_LEN + UDP_LEN + RTP_LEN;
	data = (void *)(long)skb->data;
	end = (void *)(long)skb->data_end;
	if (data + want > end) {
		// Short, or the device left the headers outside of the linear part.
		if (bpf_skb_pull_data(skb, skb->len < want ? skb->len : want))
			return NEXT;
		data = (void *)(long)skb->data;
		end = (void *)(long)skb->data_end;
	}

	__u32 net;
	if (six) {
		struct ipv6hdr *ip = data + l2;
		u = (void *)(ip + 1);
		if ((void *)(u + 1) > end || ip->nexthdr != IPPROTO_UDP)
			return NEXT;
		__u32 *w = (__u32 *)ip;
		k.key.family = INET6;
		for (int i = 0; i < 4; i++) {
			k.peer[i] = w[2 + i];
			k.key.addr[i] = w[6 + i];
		}
		k.ttl = ip->hop_limit;
		k.n = bpf_ntohs(ip->payload_len);
		odd = !u->check;
		net = IP6_LEN;
	} else {
		struct iphdr *ip = data + l2;
		u = (void *)(ip + 1);
		if ((void *)(u + 1) > end || ip->protocol != IPPROTO_UDP)
			return NEXT;
		// Without ports in their place there is no flow to look for.
		if (ip->ihl != 5 || ip->version != 4 || (ip->frag_off & bpf_htons(0x3fff)))
			return NEXT;
		k.key.family = INET;
		k.peer[0] = ip->saddr;
		k.key.addr[0] = ip->daddr;
		k.ttl = ip->ttl;
		k.n = bpf_ntohs(ip->tot_len) - IP4_LEN;
		odd = 0;
		net = IP4_LEN;
	}
	k.key.port = u->dest;
	k.peer_port = u->source;

	struct flow *f = bpf_map_lookup_elem(&flows, &k.key);
	if (!f)
		return NEXT;
	__u32 index = f->slot;
	struct slot *s = bpf_map_lookup_elem(&slots, &index);
	if (!s)
		return NEXT;

	if (f->peer_port != k.peer_port || !same(f->peer, k.peer, six ? 4 : 1))
		return up(0, UP_SOURCE);
	__u32 in = f->gates[0], out = f->gates[1];
	volatile __u64 *g0 = bpf_map_lookup_elem(&gates, &in), *g1 = bpf_map_lookup_elem(&gates, &out);
	if (!g0 || !g1 || (__u32)(*g0 + *g1) != f->passage)
		return up(s, UP_GATE);
	total = l2 + net + k.n;
	if (odd || bpf_ntohs(u->len) != k.n || k.n < UDP_LEN || total > skb->len)
		return up(s, UP_LENGTH);
	if (skb->gso_segs > 1)
		return up(s, UP_GSO);
	if (f->flags & FLOW_LOCAL) {
		if (k.ttl <= 1)
			return up(s, UP_TTL);
		k.ttl--;
	} else {
		k.ttl = f->ttl;
	}

	struct source *src = 0;
	if (f->flags & FLOW_RTP) {
		__u8 *p = (void *)(u + 1);
		if ((void *)(p + RTP_LEN) > end || !read_rtp(skb, p, l2 + net + UDP_LEN, &k))
			return up(s, UP_CLASS);
		src = find_source(s, k.ssrc);
		if (!src)
			return up(s, UP_SSRC);
		if (!continues(src, k.seq))
			return up(s, UP_SEQUENCE);
		__u64 low = f->block_pt[0], high = f->block_pt[1];

		FIXED(low);
		FIXED(high);
		if ((k.pt < 64 ? low : high) >> (k.pt & 63) & 1)
			return up(s, UP_BLOCKED);
	}

	int to6 = !!(f->flags & FLOW_TO_IPV6);
	if ((to6 ? IP6_LEN : IP4_LEN) + (__u32)k.n > f->mtu)
		return up(s, UP_MTU);
	if (to6 && !six) {
		// IPv6 wants a checksum, and no header checksum will tell any more
		// that this header is broken.
		struct iphdr *ip = data + l2;
		if (!u->check || fold(sum4((__u32 *)ip)) != 0xffff)
			return up(s, UP_CHECKSUM);
	}

	__u64 now = bpf_ktime_get_ns();
	if (now > lease)
		return up(s, UP_LEASE);

	if (total < skb->len && bpf_skb_change_tail(skb, total, 0))
		return up(s, UP_MEMORY); // padding of a short frame
	if (to6 != six && bpf_skb_change_proto(skb, to6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP), 0))
		return up(s, UP_MEMORY);
	s->packets++;
	s->octets += k.n - UDP_LEN;
	s->last = now;
	if (src)
		count_source(f, src, &k, now);
	if ((!l2 && bpf_skb_change_head(skb, ETH_HLEN, 0)) ||
	    (skb->vlan_present && bpf_skb_vlan_pop(skb)) ||
	    rewrite(skb, f, &k, six)) {
		s->failed++;
		return TC_ACT_SHOT;
	}
	return bpf_redirect_neigh(f->ifindex, 0, 0, 0);
}

// The program for devices with an Ethernet header (loopback has one, too).
SEC("tc") int rtpgo_forward(struct __sk_buff *skb)
{
	return forward(skb, ETH_HLEN);
}

// The program for devices without a link layer (tun, WireGuard, ipip).
SEC("tc") int rtpgo_forward_l3(struct __sk_buff *skb)
{
	return forward(skb, 0);
}
