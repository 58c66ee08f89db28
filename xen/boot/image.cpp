// See image.hpp. __ehdr_start and _end come from the linker; the file is linked at its physical
// address.
#include "boot/image.hpp"

extern "C" const Elf64_Ehdr __ehdr_start;
extern "C" char _end[];

namespace xenrt {

Range image_range() {
  return {align_down(reinterpret_cast<std::uint64_t>(&__ehdr_start), kPage),
          align_up(reinterpret_cast<std::uint64_t>(_end), kPage)};
}

std::span<const Elf64_Phdr> image_segments() {
  const auto* first = reinterpret_cast<const Elf64_Phdr*>(
      reinterpret_cast<const char*>(&__ehdr_start) + __ehdr_start.e_phoff);
  return {first, __ehdr_start.e_phnum};
}

Elf64_Addr image_entry() {
  return __ehdr_start.e_entry;
}

Range image_relro() {
  for (const Elf64_Phdr& segment : image_segments()) {
    if (segment.p_type == PT_GNU_RELRO) {
      return {align_down(segment.p_vaddr, kPage),
              align_down(segment.p_vaddr + segment.p_memsz, kPage)};
    }
  }
  return {};
}

bool is_code(std::uint64_t address) {
  for (const Elf64_Phdr& segment : image_segments()) {
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_memsz) {
      return true;
    }
  }
  return false;
}

}  // namespace xenrt
