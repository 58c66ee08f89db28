// Server's own functions: each is its Session's. The session lives behind a pointer so that
// sftp.hpp needs no generated code.
#include "sftp/session.hpp"
#include "ssh/sftp.hpp"

namespace ssh::sftp {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "success";
    case Status::end_of_file:
      return "end of file";
    case Status::no_such_file:
      return "no such file";
    case Status::permission_denied:
      return "permission denied";
    case Status::failure:
      return "failure";
    case Status::bad_message:
      return "bad message";
    case Status::unsupported:
      return "operation unsupported";
  }
  return "failure";
}

Server::Server(FileSystem& files, const Options& options)
    : session_(std::make_unique<Session>(files, options)) {}
Server::~Server() = default;

bool Server::wants_input() const {
  return session_->wants_input();
}
std::size_t Server::receive(ByteView bytes) {
  return session_->receive(bytes);
}
MutableBytes Server::input_room() {
  return session_->input_room();
}
void Server::received(std::size_t count) {
  session_->received(count);
}
void Server::end_of_input() {
  session_->end_of_input();
}
ByteView Server::unsent() const {
  return session_->unsent();
}
void Server::sent(std::size_t count) {
  session_->sent(count);
}
bool Server::has_work() const {
  return session_->has_work();
}
void Server::work() {
  session_->work();
}
const std::optional<Error>& Server::ended() const {
  return session_->ended();
}
void Server::set_tap(Tap* tap) {
  session_->set_tap(tap);
}
std::size_t Server::open_handles() const {
  return session_->open_handles();
}

}  // namespace ssh::sftp
