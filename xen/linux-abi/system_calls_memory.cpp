// mmap(2) and its relatives, for the C library's malloc. Nothing becomes executable, ever.
#include <asm/unistd.h>
#include <errno.h>
#include <linux/mman.h>

#include "linux-abi/system_calls.hpp"

namespace xenrt {

namespace {

Access access_for(std::uint64_t protection) {
  if ((protection & PROT_WRITE) != 0) return Access::read_write;
  return (protection & PROT_READ) != 0 ? Access::read : Access::none;
}

long error_of(AddressSpace::Result result) {
  switch (result) {
    case AddressSpace::Result::done:
      return 0;
    case AddressSpace::Result::no_memory:
    case AddressSpace::Result::frozen:
      return -ENOMEM;
    case AddressSpace::Result::bad_range:
      return -EINVAL;
  }
  return -EINVAL;
}

}  // namespace

long SystemCalls::memory_call(std::uint64_t number, const Arguments& arguments, bool& known) {
  const auto& a = arguments.a;
  switch (number) {
    case __NR_mmap:
      return mmap(arguments);
    case __NR_mprotect:
      return mprotect(arguments);
    case __NR_munmap: {
      if (!is_aligned(a[0], kPage) || a[1] == 0 || a[1] > PageTables::kEnd) return -EINVAL;
      return error_of(memory_.unmap({a[0], a[0] + align_up(a[1], kPage)}));
    }
    case __NR_brk:
      return static_cast<long>(memory_.set_break(a[0]));
    case __NR_madvise:
      return 0;  // advice
    case __NR_mremap:
      return -ENOMEM;  // realloc() then copies
    default:
      known = false;
      return 0;
  }
}

long SystemCalls::mmap(const Arguments& arguments) {
  const auto& a = arguments.a;
  const std::uint64_t size = a[1], protection = a[2], flags = a[3];
  if (size == 0 || size > PageTables::kEnd) return size == 0 ? -EINVAL : -ENOMEM;
  if ((flags & MAP_ANONYMOUS) == 0) return -ENODEV;
  if ((protection & PROT_EXEC) != 0) return -EACCES;
  const Access access = access_for(protection);
  if ((flags & MAP_FIXED) != 0) {
    if (!is_aligned(a[0], kPage)) return -EINVAL;
    const Range range{a[0], a[0] + align_up(size, kPage)};
    const long error = error_of(memory_.map_at(range, access));
    return error != 0 ? error : static_cast<long>(a[0]);
  }
  const auto address = memory_.map(size, access);
  return address ? static_cast<long>(*address) : -ENOMEM;
}

long SystemCalls::mprotect(const Arguments& arguments) {
  const auto& a = arguments.a;
  if (!is_aligned(a[0], kPage) || a[1] > PageTables::kEnd) return -EINVAL;
  if ((a[2] & PROT_EXEC) != 0) return -EACCES;
  const Range range{a[0], a[0] + align_up(a[1], kPage)};
  if (a[2] == PROT_READ && platform_.make_image_read_only(range)) return 0;
  const long error = error_of(memory_.protect(range, access_for(a[2])));
  return error == -EINVAL ? -ENOMEM : error;  // mprotect(2): "not mapped"
}

}  // namespace xenrt
