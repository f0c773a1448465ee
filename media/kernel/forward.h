//go:build ignore

/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the program shares with user space: all fields in host order but for
 * addresses and ports. */
#pragma once

#include <linux/types.h>

#define SOURCES 4 /* RTP sources (SSRC) counted per flow */

struct flow_key {
	__u32 addr[4]; /* IPv4 in the first word */
	__u16 port;
	__u16 family; /* AF_INET, AF_INET6 */
};

enum flow_flags {
	FLOW_RTP = 1, /* look at the RTP header; only RTP passes */
	FLOW_TO_IPV6 = 2, /* family of the packets sent */
	FLOW_LOCAL = 4, /* the peer is on this host: decrement TTL, so that loops end */
};

struct flow {
	__u32 peer[4]; /* expected source */
	__u32 from[4]; /* source and destination of the packets sent */
	__u32 to[4];
	__u16 peer_port, from_port, to_port;
	__u16 mtu; /* of the way out */
	__u32 ifindex; /* of the way out */
	__u32 slot;
	__u32 addr_diff; /* what the changed addresses add to a UDP checksum */
	__u32 port_diff; /* likewise the ports */
	__u64 block_pt[2]; /* payload types left to user space */
	__u32 clock; /* RTP clock rate of clock_pt, 0 if unknown */
	__u32 priority; /* of packets sent, as their TOS implies */
	__u8 clock_pt, tos, ttl, flags;
	__u32 gates[2]; /* of the port and of the one that sends */
	__u32 passage; /* sum of the gates that lets packets pass */
};

/* One RTP source. User space fills in ssrc, high and used; a source that isn't
 * there goes up. */
struct source {
	__u64 seen; /* bit n: high-n was received */
	__u64 octets;
	__u32 used;
	__u32 ssrc;
	__u32 high; /* extended highest sequence number */
	__u32 packets;
	__u32 duplicates;
	__u32 transit; /* arrival less timestamp, in ticks */
	__u32 jitter; /* 4 fractional bits */
	__u32 timestamp; /* of the last packet */
	__u8 pt; /* of the last packet */
	__u8 timed; /* transit is valid */
	__u16 pad;
	__u32 line[3]; /* fills the cache line */
};

struct slot {
	__u64 packets, octets; /* that arrived and were sent */
	__u64 last; /* CLOCK_MONOTONIC, ns */
	__u64 failed; /* of packets: lost, could not be rewritten */
	__u64 up; /* from the peer, but left to user space */
	__u64 pad[3];
	struct source sources[SOURCES];
};

/* Why a packet of a known flow goes up. */
enum up_cause {
	UP_NONE,
	UP_SOURCE, /* not from the expected source; not counted in the slot */
	UP_LENGTH, /* lengths that disagree, IPv6 without UDP checksum */
	UP_CLASS, /* not RTP: RTCP, STUN, DTLS, truncated */
	UP_SSRC, /* an RTP source that user space hasn't seen yet */
	UP_SEQUENCE, /* a restarted RTP source */
	UP_BLOCKED, /* a payload type that must not pass */
	UP_GSO, /* an aggregate of packets */
	UP_MTU, /* too long for the way out */
	UP_CHECKSUM, /* to IPv6 without a UDP checksum, or a broken IPv4 header to IPv6 */
	UP_GATE, /* an endpoint is just changing */
	UP_TTL, /* a loop on this host */
	UP_LEASE, /* the daemon is gone */
	UP_MEMORY, /* no memory to re-frame */
	UP_CAUSES,
};
