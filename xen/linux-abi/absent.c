/* What libcrypto refers to and cannot work here: loading libraries, resolving names. Without these, the linker
 * would take the C library's, and with them half of it. Each fails as its manual page says. */
#include <stddef.h>

void* dlopen(const char* file, int mode) { (void)file; (void)mode; return NULL; }
void* dlsym(void* handle, const char* name) { (void)handle; (void)name; return NULL; }
int dlclose(void* handle) { (void)handle; return -1; }
char* dlerror(void) { return (char*)"this system has no dynamic loading"; }
int dladdr(const void* address, void* info) { (void)address; (void)info; return 0; }

struct addrinfo;
int getaddrinfo(const char* node, const char* service, const struct addrinfo* hints, struct addrinfo** found) {
  (void)node; (void)service; (void)hints;
  *found = NULL;
  return -4; /* EAI_FAIL */
}
void freeaddrinfo(struct addrinfo* list) { (void)list; }
int getnameinfo(const void* address, unsigned length, char* host, unsigned host_size, char* service,
                unsigned service_size, int flags) {
  (void)address; (void)length; (void)host; (void)host_size; (void)service; (void)service_size; (void)flags;
  return -4;
}
const char* gai_strerror(int error) { (void)error; return "this system has no name resolution"; }
void* gethostbyname(const char* name) { (void)name; return NULL; }
