// The structures inside messages: attributes (draft-ietf-secsh-filexfer-02 section 5) and OpenSSH's
// statistics of a file system (PROTOCOL section 4.4).
#pragma once

#include "ssh/sftp.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::sftp {

/// Fails the reader if they are not all there. Extended attributes are skipped: none is known.
Attributes read_attributes(wire::Reader& from);
void write_attributes(wire::Writer& to, const Attributes& attributes);
void write_statistics(wire::Writer& to, const Statistics& statistics);

}  // namespace ssh::sftp
