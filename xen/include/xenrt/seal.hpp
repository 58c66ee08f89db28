// What may no longer change.
//
// Before main(), page tables, text, constants, RELRO, descriptor tables and the platform's own
// settings are read-only, no page is both writable and executable, and none can become executable
// any more. xen/README.md says what that stops and what it does not.
#pragma once

namespace xenrt {

// From now on memory is not mapped, unmapped or protected differently for the rest of the run: mmap
// fails with ENOMEM, the break stays, malloc has what it has. For programs that allocate all they
// need at the start.
void freeze_mappings() noexcept;

}  // namespace xenrt
