// Segments, the task state with the stacks for traps, the interrupt table, the system call entry.
#pragma once

#include "memory/addresses.hpp"

namespace xenrt {

// Loads them. Traps are reported from here on.
void start_descriptors();

// The pages below the stacks of the platform, which are not to be mapped.
void guard_platform_stacks();

// The stacks that a backtrace may walk on. Empty if the address is on none of them.
[[nodiscard]] Range platform_stack_around(std::uint64_t address);

// What is behind a stack's end; nullptr if the address is in no guard page.
[[nodiscard]] const char* guard_page_at(std::uint64_t address);

}  // namespace xenrt
