// The four functions that the compiler calls by itself. The C library's are chosen at run time by
// the processor's abilities (ifuncs), and are not there yet when this code runs. The build makes
// these names local to the platform (xen/CMakeLists.txt).
#include <cstddef>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
  void* at = to;
  asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(bytes)::"memory");
  return to;
}

void* memset(void* to, int value, std::size_t bytes) {
  void* at = to;
  asm volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(value) : "memory");
  return to;
}
}
