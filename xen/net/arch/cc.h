/* What lwIP asks of its platform; the functions are in port.cpp. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
uint32_t xen_net_random(void);
void xen_net_panic(const char* what, const char* file, int line) __attribute__((noreturn));
#ifdef __cplusplus
}
#endif

#define LWIP_RAND() xen_net_random()
#define LWIP_PLATFORM_ASSERT(what) xen_net_panic(what, __FILE__, __LINE__)
#define LWIP_PLATFORM_DIAG(text) ((void)0)
/* One thread: there is nothing to protect from. */
#define SYS_ARCH_DECL_PROTECT(level)
#define SYS_ARCH_PROTECT(level)
#define SYS_ARCH_UNPROTECT(level)
