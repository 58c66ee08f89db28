/* lwIP's options. lwip/opt.h explains each; here is why it is set so. */
#pragma once

/* One thread, no operating system under it; the raw API alone. */
#define NO_SYS 1
#define LWIP_TIMERS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_RAW 0

/* Memory. What packets and queued text need comes from the C library, under the limit that
   NetConfig gives (port.cpp); control blocks come from pools of fixed size. */
#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define mem_clib_malloc xen_net_malloc
#define mem_clib_calloc xen_net_calloc
#define mem_clib_free xen_net_free
#define MEMP_MEM_MALLOC 0
#define MEMP_NUM_TCP_PCB 2560 /* 1,000 connections, as many half open, and some in TIME-WAIT */
#define MEMP_NUM_TCP_PCB_LISTEN 32
#define MEMP_NUM_TCP_SEG 8192
#define MEMP_NUM_UDP_PCB (4 + DNS_TABLE_SIZE) /* each query has a port of its own */
#define MEMP_NUM_PBUF 64
#define PBUF_POOL_SIZE 16
#define MEMP_NUM_ARP_QUEUE 64
#define MEMP_NUM_ND6_QUEUE 64
#define MEMP_NUM_REASSDATA 8
#define MEMP_NUM_FRAG_PBUF 64
#define IP_REASS_MAX_PBUFS 48
#define IP_FRAG 1
#define LWIP_IPV6_FRAG 1
#define IPV6_FRAG_COPYHEADER 1 /* pointers have 64 bits */
#define ARP_TABLE_SIZE 64
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 16
#define LWIP_ND6_NUM_NEIGHBORS 64
#define LWIP_ND6_NUM_DESTINATIONS 64

/* The two bytes before an Ethernet header align what follows it. */
#define ETH_PAD_SIZE 2
#define LWIP_ETHERNET 1
#define LWIP_ARP 1
#define LWIP_HAVE_LOOPIF 0
#define LWIP_NETIF_LOOPBACK 0 /* it would go past netif->output, and so past the monitor */
#define LWIP_SINGLE_NETIF 1
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 1 /* addresses that come and go are logged */

#define LWIP_IPV4 1
#define LWIP_ICMP 1
#define LWIP_UDP 1
#define LWIP_DHCP 1
#define DHCP_DOES_ARP_CHECK 0
#define LWIP_AUTOIP 0
#define LWIP_IGMP 0
#define LWIP_DNS 1
#define DNS_TABLE_SIZE 32
#define DNS_MAX_SERVERS 2
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 2
#define LWIP_IPV6 1
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_MLD 1
#define LWIP_IPV6_NUM_ADDRESSES 4
#define LWIP_IPV6_DHCP6 0
#define LWIP_ICMP6 1

#define LWIP_TCP 1
#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 3
#define TCP_WND (128 * 1024)
#define TCP_SND_BUF (128 * 1024)
#define TCP_SND_QUEUELEN (4 * TCP_SND_BUF / TCP_MSS)
#define TCP_SNDLOWAT (2 * TCP_MSS)
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* received frames are not in lwIP's pool of packets */
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_BYTES TCP_WND
#define TCP_OOSEQ_MAX_PBUFS 192
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_TIMESTAMPS 1
#define TCP_LISTEN_BACKLOG 1
#define TCP_OVERSIZE TCP_MSS
#define LWIP_TCP_KEEPALIVE 1
/* The default of 250 ms is made for small processors; delayed ACKs and time-outs suffer. */
#define TCP_TMR_INTERVAL 100
#define TCP_MSL 30000UL        /* TIME-WAIT of a minute, as Linux has it */
#define TCP_MAXRTX 12
#define TCP_SYNMAXRTX 6

/* Where the policy is asked: hooks.cpp. */
#define LWIP_TCP_PCB_NUM_EXT_ARGS 1
#define LWIP_HOOK_FILENAME "lwip_hooks.h"

#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define LWIP_CHKSUM_ALGORITHM 3

#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define MEM_STATS 0
#define MEMP_STATS 1
#define LINK_STATS 0
#define ETHARP_STATS 0

#ifdef __cplusplus
extern "C" {
#endif
void* xen_net_malloc(unsigned long size);
void* xen_net_calloc(unsigned long count, unsigned long size);
void xen_net_free(void* memory);
#ifdef __cplusplus
}
#endif
