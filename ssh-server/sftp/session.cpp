// Packets in, packets out. draft-ietf-secsh-filexfer-02 sections 3 and 4.
//
// A packet that is there as a whole is handled where it lies; only the rest of one is copied.
#include "sftp/session.hpp"

#include "sftp/structures.hpp"
#include "sftp_policy_source_map.hpp"
#include "ssh/tell.hpp"

namespace ssh::sftp {
namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kMostRoom = 2 * Server::kMaxPacket;

[[maybe_unused]] std::string in_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::uint32_t length_of(ByteView packet) {
  return wire::Reader(packet).u32();
}

}  // namespace

Session::Session(FileSystem& files, const Options& options)
    : files_(files), options_(options), handles_(options.max_handles) {}

bool Session::held_up() const {
  return out_.size() >= kMostUnsent || waiting_bytes_ >= kMostWaitingBytes ||
         waiting_.size() >= kMostWaiting;
}

std::size_t Session::receive(ByteView bytes) {
  handle_buffered();
  std::size_t taken = 0;
  while (taken < bytes.size() && wants_input()) {
    const ByteView left = bytes.subspan(taken);
    const std::size_t handled = in_.empty() ? handle_packets(left) : 0;
    taken += handled;
    if (handled == 0) {
      taken += top_up(left);
      handle_buffered();
    }
  }
  settle();
  return taken;
}

/// Adds to the packet of which a part is buffered, and no byte of the next one.
std::size_t Session::top_up(ByteView bytes) {
  std::size_t wanted = kLengthBytes;
  if (in_.size() >= kLengthBytes) wanted += length_of(in_.view());
  const ByteView part = bytes.first(std::min(bytes.size(), wanted - in_.size()));
  in_.append(part);
  return part.size();
}

MutableBytes Session::input_room() {
  room_given_ = 0;
  if (!wants_input()) return {};
  std::size_t wanted = room_wanted_;
  if (in_.size() >= kLengthBytes) {
    wanted = std::max(wanted, kLengthBytes + length_of(in_.view()) - in_.size());
  }
  MutableBytes room = in_.room(wanted);
  room = room.first(std::min(room.size(), kMostRoom));
  room_given_ = room.size();
  return room;
}

void Session::received(std::size_t count) {
  in_.commit(count);
  // Much comes at once: make room for more, to have fewer and larger reads.
  if (count != 0 && count == room_given_) room_wanted_ = std::min(2 * room_wanted_, kMostRoom);
  handle_buffered();
  settle();
}

void Session::end_of_input() {
  input_ended_ = true;
  copies_.clear();
  waiting_.clear();
  waiting_bytes_ = 0;
  handles_.unblock_all();
  handle_buffered();
  settle();
}

void Session::sent(std::size_t count) {
  out_.consume(count);
  handle_buffered();
  settle();
}

void Session::handle_buffered() {
  if (look_at_waiting_ && !ended_) run_waiting();
  in_.consume(handle_packets(in_.view()));
}

/// Handles whole packets while there is room for answers. Returns how many bytes they had.
std::size_t Session::handle_packets(ByteView bytes) {
  std::size_t done = 0;
  while (!ended_ && !held_up() && bytes.size() - done >= kLengthBytes) {
    const std::uint32_t length = length_of(bytes.subspan(done));
    if (length == 0 || length > Server::kMaxPacket) {
      end("sftp packet of " + std::to_string(length) + " bytes");
      break;
    }
    if (bytes.size() - done - kLengthBytes < length) break;
    handle_packet(bytes.subspan(done + kLengthBytes, length));
    done += kLengthBytes + length;
  }
  return done;
}

void Session::handle_packet(ByteView packet) {
  wire::Reader in(packet);
  const std::uint8_t type = in.u8();
  if (type == kInitType) return handle_init(in);
  const std::uint32_t id = in.u32();
  const Request& request =
      find_request(type, type == kExtendedType ? in.text() : std::string_view());
  if (!in.ok()) return end("malformed sftp packet of type " + std::to_string(type));
  if (!announce(request.received)) return;
  if (request.handler == nullptr) return send_status(id, Status::unsupported);
  if (!is_allowed(request)) return send_status(id, Status::permission_denied);
  if (request.handles != kNoHandle && must_wait(request, packet)) return wait(request, packet);
  run(request, packet);
}

/// Section 4. Version 3 is offered whatever the client has, as OpenSSH does; extensions of the
/// client mean nothing to a server.
void Session::handle_init(wire::Reader& in) {
  in.u32();
  if (!in.ok()) return end("malformed sftp packet of type 1");
  if (!announce(Statecall::Receive_Sftp_Init)) return;
  wire::Writer out = answer_to(kVersion);
  for (const Request& request : requests()) {
    if (request.extension.empty() || !is_allowed(request)) continue;
    out.string(request.extension).string(request.extension_version);
  }
  send(answer::kVersion);
}

void Session::run(const Request& request, ByteView packet) {
  wire::Reader in(packet);
  in.u8();
  const std::uint32_t id = in.u32();
  if (!request.extension.empty()) in.string();
  (this->*request.handler)(id, in);
}

bool Session::is_allowed(const Request& request) const {
  return options_.allowed.has(index_of(request)) && !(options_.read_only && request.writes);
}

#ifdef SSH_UNPOLICED

// As in policy/gate.hpp.
bool Session::announce(Statecall) {
  return true;
}
spl::rt::Verdict Session::tick(Statecall) {
  return spl::rt::Verdict::accepted;
}
void Session::set_tap(Tap*) {}

#else

bool Session::announce(Statecall statecall) {
  if (!spl::rt::is_refusal(tick(statecall))) return true;
  const std::string why = explain(monitor_, statecall).to_string();
  if (tap_ != nullptr) tell_refusal(*tap_, 0, announced_ + 1, statecall, monitor_, why);
  end("sftp policy: " + in_one_line(why));
  return false;
}

spl::rt::Verdict Session::tick(Statecall statecall) {
  const auto verdict = monitor_.tick(statecall);
  if (!spl::rt::is_refusal(verdict)) {
    ++announced_;
    if (tap_ != nullptr) [[unlikely]] {
      tell_step(*tap_, 0, announced_, statecall, monitor_, verdict);
    }
  }
  return verdict;
}

void Session::set_tap(Tap* tap) {
  tap_ = tap;
  if (tap_ != nullptr) tap_->begin(0, announced_, states_of(monitor_));
}

#endif

void Session::end(std::string why) {
  if (ended_) return;
  ended_ = Error{std::move(why)};
  (void)tick(Statecall::Notify_Sftp_End);
}

/// At the end of every call from outside: ends what is over, and lets go of what it held.
void Session::settle() {
  if (input_ended_ && !ended_ && !held_up()) {
    end(in_.empty() ? std::string() : "the sftp client's input ends within a packet");
  }
  if (!ended_) return;
  copies_.clear();
  waiting_.clear();
  handles_.close_all();
  in_.consume(in_.size());
}

wire::Writer Session::answer_to(std::uint32_t id) {
  scratch_.clear();
  wire::Writer writer(scratch_);
  writer.u32(id);
  return writer;
}

void Session::put_header(MutableBytes to, const Answer& answer, std::size_t size) {
  const auto length = static_cast<std::uint32_t>(size + 1);
  for (int i = 0; i < 4; ++i) {
    to[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
  }
  to[kLengthBytes] = answer.type;
}

void Session::send(const Answer& answer) {
  if (!announce(answer.transmitted)) return;
  const std::size_t size = kLengthBytes + 1 + scratch_.size();
  const MutableBytes room = out_.room(size);
  put_header(room, answer, scratch_.size());
  std::ranges::copy(scratch_, room.begin() + kLengthBytes + 1);
  out_.commit(size);
}

void Session::send_status(std::uint32_t id, Status status, std::string_view text) {
  answer_to(id)
      .u32(static_cast<std::uint32_t>(status))
      .string(text.empty() ? to_string(status) : text)
      .string("");
  send(answer::kStatus);
}

void Session::send_refusal(std::uint32_t id, const Refusal& refusal) {
  send_status(id, refusal.status, refusal.text);
}

void Session::send_status(std::uint32_t id, const Outcome<void>& outcome) {
  if (!outcome) return send_refusal(id, outcome.error());
  send_status(id, Status::ok);
}

void Session::send_handle(std::uint32_t id, std::unique_ptr<File> file,
                          std::unique_ptr<Directory> directory) {
  const auto name = handles_.add(std::move(file), std::move(directory));
  answer_to(id).string(ByteView(name));
  send(answer::kHandle);
}

void Session::send_attributes(std::uint32_t id, const Outcome<Attributes>& attributes) {
  if (!attributes) return send_refusal(id, attributes.error());
  wire::Writer out = answer_to(id);
  write_attributes(out, *attributes);
  send(answer::kAttrs);
}

/// One name, its long name the same, and no attributes (section 6.10 and 6.11).
void Session::send_name(std::uint32_t id, const Outcome<std::string>& name) {
  if (!name) return send_refusal(id, name.error());
  wire::Writer out = answer_to(id);
  out.u32(1).string(*name).string(*name);
  write_attributes(out, {});
  send(answer::kName);
}

void Session::send_statistics(std::uint32_t id, const Outcome<Statistics>& statistics) {
  if (!statistics) return send_refusal(id, statistics.error());
  wire::Writer out = answer_to(id);
  write_statistics(out, *statistics);
  send(answer::kExtendedReply);
}

}  // namespace ssh::sftp
