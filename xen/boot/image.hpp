// This program's own ELF file, as it lies in memory.
#pragma once

#include <elf.h>

#include <span>

#include "memory/addresses.hpp"

namespace xenrt {

// All of it, with .bss, in whole pages.
[[nodiscard]] Range image_range();
[[nodiscard]] std::span<const Elf64_Phdr> image_segments();
[[nodiscard]] Elf64_Addr image_entry();

// What the C library makes read-only after relocation (PT_GNU_RELRO), the whole pages of it.
[[nodiscard]] Range image_relro();

// Whether it lies in executable memory.
[[nodiscard]] bool is_code(std::uint64_t address);

}  // namespace xenrt
