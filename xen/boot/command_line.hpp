// The command line of the guest (xl: extra = "..."; QEMU: -append) as main()'s arguments.
#pragma once

#include <cstddef>

namespace xenrt {

// Splits in place at blanks; between quotes (' or ") blanks are kept, and the quotes are not.
// Returns the number of words; the first `most` of them are put into `words`. Ask with most = 0
// first: the text changes only when most is not 0.
std::size_t split_command_line(char* text, char** words, std::size_t most);

}  // namespace xenrt
