// One function per request. draft-ietf-secsh-filexfer-02 section 6; OpenSSH's PROTOCOL section 4.
//
// Every path through each of them answers once, or ends the session. What follows the last field
// is ignored, as OpenSSH does.
#include <algorithm>

#include "sftp/session.hpp"
#include "sftp/structures.hpp"

namespace ssh::sftp {
namespace {

// A READDIR's answer is sent once it is that long: the draft's section 3 has every client take
// packets of 34,000 bytes.
constexpr std::size_t kNamesAtOnce = 30000;
constexpr std::size_t kLongestName = 2048;
// So that the names of users and groups fit into a packet.
constexpr std::size_t kMostIds = 2048;
constexpr std::size_t kLongestId = 100;
// What comes before the data of SSH_FXP_DATA: length, type, id, length.
constexpr std::size_t kDataHeader = 13;

// Section 6.3.
constexpr std::uint32_t kRead = 0x1;
constexpr std::uint32_t kWrite = 0x2;
constexpr std::uint32_t kAppend = 0x4;
constexpr std::uint32_t kCreate = 0x8;
constexpr std::uint32_t kTruncate = 0x10;
constexpr std::uint32_t kExclusive = 0x20;

OpenMode open_mode(std::uint32_t flags) {
  OpenMode mode;
  mode.write = (flags & kWrite) != 0;
  // A client that asks for neither reads, as with OpenSSH.
  mode.read = (flags & kRead) != 0 || !mode.write;
  mode.append = (flags & kAppend) != 0;
  mode.create = (flags & kCreate) != 0;
  mode.truncate = (flags & kTruncate) != 0;
  mode.exclusive = (flags & kExclusive) != 0;
  return mode;
}

void put_u32(MutableBytes to, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

/// The names of ids that lie behind one another; bytes that make no id are none.
template <typename NameOf>
Bytes names_of(ByteView ids, NameOf name_of) {
  Bytes names;
  wire::Writer writer(names);
  wire::Reader reader(ids);
  while (reader.left() >= 4) {
    const std::string name = name_of(reader.u32());
    writer.string(name.size() > kLongestId ? std::string() : name);
  }
  return names;
}

}  // namespace

bool Session::is_whole(std::uint32_t id, const wire::Reader& in,
                       std::initializer_list<std::string_view> paths) {
  if (!in.ok()) {
    end("malformed sftp request");
    return false;
  }
  for (const std::string_view path : paths) {
    if (path.find('\0') == std::string_view::npos) continue;
    send_status(id, Status::failure, "a path with a NUL in it");
    return false;
  }
  return true;
}

OpenHandle* Session::handle_of(std::uint32_t id, const wire::Reader& in, ByteView name) {
  if (!is_whole(id, in)) return nullptr;
  OpenHandle* handle = handles_.find(name);
  if (handle == nullptr) send_status(id, Status::failure, "no such handle");
  return handle;
}

File* Session::file_of(std::uint32_t id, const wire::Reader& in, ByteView name) {
  OpenHandle* handle = handle_of(id, in, name);
  if (handle == nullptr) return nullptr;
  if (!handle->file) send_status(id, Status::failure, "a handle of a directory");
  return handle->file.get();
}

bool Session::has_free_handle(std::uint32_t id) {
  if (!handles_.full()) return true;
  send_status(id, Status::failure, "too many open handles");
  return false;
}

void Session::open(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  const OpenMode mode = open_mode(in.u32());
  const Attributes attributes = read_attributes(in);
  if (!is_whole(id, in, {path}) || !has_free_handle(id)) return;
  const bool changes = mode.write || mode.append || mode.create || mode.truncate;
  if (options_.read_only && changes) return send_status(id, Status::permission_denied);
  auto file = files_.open(path, mode, attributes);
  if (!file) return send_refusal(id, file.error());
  send_handle(id, std::move(*file), nullptr);
}

void Session::opendir(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (!is_whole(id, in, {path}) || !has_free_handle(id)) return;
  auto directory = files_.open_directory(path);
  if (!directory) return send_refusal(id, directory.error());
  send_handle(id, nullptr, std::move(*directory));
}

void Session::close(std::uint32_t id, wire::Reader& in) {
  OpenHandle* handle = handle_of(id, in, in.string());
  if (handle == nullptr) return;
  handles_.close(*handle);
  send_status(id, Status::ok);
}

// Straight into the output: no copy between the FileSystem and what is sent.
void Session::read(std::uint32_t id, wire::Reader& in) {
  const ByteView name = in.string();
  const std::uint64_t offset = in.u64();
  const std::size_t length = std::min<std::size_t>(in.u32(), Server::kMaxData);
  File* file = file_of(id, in, name);
  if (file == nullptr) return;
  const MutableBytes room = out_.room(kDataHeader + length);
  const auto got = file->read(offset, room.subspan(kDataHeader, length));
  if (!got) return send_refusal(id, got.error());
  if (*got == 0) return send_status(id, Status::end_of_file);
  if (!announce(answer::kData.transmitted)) return;
  put_header(room, answer::kData, kDataHeader - kLengthBytes - 1 + *got);
  put_u32(room.subspan(5), id);
  put_u32(room.subspan(9), static_cast<std::uint32_t>(*got));
  out_.commit(kDataHeader + *got);
}

void Session::write(std::uint32_t id, wire::Reader& in) {
  const ByteView name = in.string();
  const std::uint64_t offset = in.u64();
  const ByteView data = in.string();
  File* file = file_of(id, in, name);
  if (file == nullptr) return;
  send_status(id, file->write(offset, data));
}

void Session::lstat(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_attributes(id, files_.attributes(path, Links::keep));
}

void Session::stat(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_attributes(id, files_.attributes(path, Links::follow));
}

void Session::fstat(std::uint32_t id, wire::Reader& in) {
  const OpenHandle* handle = handle_of(id, in, in.string());
  if (handle == nullptr) return;
  send_attributes(id, handle->file ? handle->file->attributes() : handle->directory->attributes());
}

void Session::setstat(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  const Attributes to = read_attributes(in);
  if (is_whole(id, in, {path})) send_status(id, files_.set_attributes(path, to, Links::follow));
}

void Session::lsetstat(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  const Attributes to = read_attributes(in);
  if (!is_whole(id, in, {path})) return;
  // A link's size is not for anybody to change.
  if (to.size) return send_status(id, Status::bad_message);
  send_status(id, files_.set_attributes(path, to, Links::keep));
}

void Session::fsetstat(std::uint32_t id, wire::Reader& in) {
  const ByteView name = in.string();
  const Attributes to = read_attributes(in);
  File* file = file_of(id, in, name);
  if (file != nullptr) send_status(id, file->set_attributes(to));
}

void Session::readdir(std::uint32_t id, wire::Reader& in) {
  OpenHandle* handle = handle_of(id, in, in.string());
  if (handle == nullptr) return;
  if (!handle->directory) return send_status(id, Status::failure, "a handle of a file");
  wire::Writer out = answer_to(id);
  out.u32(0);  // how many, once that is known
  std::uint32_t count = 0;
  while (scratch_.size() < kNamesAtOnce) {
    const auto entry = handle->directory->next();
    // What is wrong is told once the names before it have been.
    if (!entry && count == 0) return send_refusal(id, entry.error());
    if (!entry || !*entry) break;
    if ((*entry)->name.size() > kLongestName || (*entry)->long_name.size() > 2 * kLongestName) {
      continue;
    }
    out.string((*entry)->name).string((*entry)->long_name);
    write_attributes(out, (*entry)->attributes);
    ++count;
  }
  if (count == 0) return send_status(id, Status::end_of_file);
  put_u32(MutableBytes(scratch_).subspan(4), count);
  send(answer::kName);
}

void Session::remove(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_status(id, files_.remove(path));
}

void Session::mkdir(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  const Attributes attributes = read_attributes(in);
  if (is_whole(id, in, {path})) send_status(id, files_.make_directory(path, attributes));
}

void Session::rmdir(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_status(id, files_.remove_directory(path));
}

void Session::realpath(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_name(id, files_.real_path(path));
}

void Session::expand_path(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_name(id, files_.expand_path(path));
}

// draft-ietf-secsh-filexfer-extensions-00 section 5. An empty name is the user's own.
void Session::home_directory(std::uint32_t id, wire::Reader& in) {
  const std::string_view user = in.text();
  if (!is_whole(id, in, {user})) return;
  if (user.find('/') != user.npos) return send_status(id, Status::no_such_file, "no such user");
  send_name(id, files_.expand_path("~" + std::string(user)));
}

void Session::rename(std::uint32_t id, wire::Reader& in) {
  const std::string_view from = in.text();
  const std::string_view to = in.text();
  if (is_whole(id, in, {from, to})) send_status(id, files_.rename(from, to, false));
}

void Session::posix_rename(std::uint32_t id, wire::Reader& in) {
  const std::string_view from = in.text();
  const std::string_view to = in.text();
  if (is_whole(id, in, {from, to})) send_status(id, files_.rename(from, to, true));
}

void Session::readlink(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_name(id, files_.read_link(path));
}

// OpenSSH's order, which all clients have learnt: the target first (PROTOCOL section 4.1), where
// the draft's section 6.12 has the link's own path first.
void Session::symlink(std::uint32_t id, wire::Reader& in) {
  const std::string_view target = in.text();
  const std::string_view path = in.text();
  if (is_whole(id, in, {target, path})) send_status(id, files_.make_link(target, path));
}

void Session::hardlink(std::uint32_t id, wire::Reader& in) {
  const std::string_view existing = in.text();
  const std::string_view path = in.text();
  if (is_whole(id, in, {existing, path})) send_status(id, files_.make_hard_link(existing, path));
}

void Session::statvfs(std::uint32_t id, wire::Reader& in) {
  const std::string_view path = in.text();
  if (is_whole(id, in, {path})) send_statistics(id, files_.statistics(path));
}

void Session::fstatvfs(std::uint32_t id, wire::Reader& in) {
  const OpenHandle* handle = handle_of(id, in, in.string());
  if (handle == nullptr) return;
  send_statistics(id, handle->file ? handle->file->statistics() : handle->directory->statistics());
}

void Session::fsync(std::uint32_t id, wire::Reader& in) {
  File* file = file_of(id, in, in.string());
  if (file != nullptr) send_status(id, file->synchronize());
}

// PROTOCOL section 4.8.
void Session::limits(std::uint32_t id, wire::Reader&) {
  answer_to(id)
      .u64(Server::kMaxPacket)
      .u64(Server::kMaxData)
      .u64(Server::kMaxData)
      .u64(handles_.most());
  send(answer::kExtendedReply);
}

// PROTOCOL section 4.11: numbers of users and of groups, answered with their names in the same
// order. Those that do not exist, and very long ones, are empty.
void Session::users_groups_by_id(std::uint32_t id, wire::Reader& in) {
  const ByteView users = in.string();
  const ByteView groups = in.string();
  if (!is_whole(id, in)) return;
  if ((users.size() + groups.size()) / 4 > kMostIds) {
    return send_status(id, Status::failure, "too many ids");
  }
  wire::Writer out = answer_to(id);
  out.string(names_of(users, [&](std::uint32_t user) { return files_.user_name(user); }));
  out.string(names_of(groups, [&](std::uint32_t group) { return files_.group_name(group); }));
  send(answer::kExtendedReply);
}

}  // namespace ssh::sftp
