// Random numbers of the processor. They seed libcrypto's generator, and whatever asks for
// getrandom(2).
#pragma once

#include <cstddef>

namespace xenrt {

// Refuses to boot, or to go on after a suspend, where there are none: a guest without them would
// have guessable keys.
void require_entropy();

// Ends in panic() if the processor stops giving any.
void random_bytes(void* to, std::size_t bytes);

}  // namespace xenrt
