/* The places where lwIP, unmodified, lets us look at and refuse what it does: hooks.cpp. */
#pragma once

#include "lwip/prot/tcp.h"
#include "lwip/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif
err_t xen_net_hook_in(struct tcp_pcb* pcb, struct tcp_hdr* header, struct pbuf* text);
u32_t* xen_net_hook_out(struct pbuf* segment, struct tcp_hdr* header, const struct tcp_pcb* pcb,
                        u32_t* options);
u32_t xen_net_hook_isn(const ip_addr_t* local, u16_t local_port, const ip_addr_t* remote,
                       u16_t remote_port);
const ip6_addr_t* xen_net_hook_gateway6(struct netif* netif, const ip6_addr_t* to);
#ifdef __cplusplus
}
#endif

#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, hdr, optlen, opt1len, opt2, p) xen_net_hook_in(pcb, hdr, p)
#define LWIP_HOOK_TCP_OUT_ADD_TCPOPTS(p, hdr, pcb, opts) xen_net_hook_out(p, hdr, pcb, opts)
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) \
  xen_net_hook_isn(local, local_port, remote, remote_port)
#define LWIP_HOOK_ND6_GET_GW(netif, dest) xen_net_hook_gateway6(netif, dest)
