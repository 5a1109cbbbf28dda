#include "distributed/own_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>

#include "core/descriptor.h"
#include "core/error.h"

namespace tnn {
namespace {

constexpr const char* kLoopback = "127.0.0.1";

std::string text_of(const sockaddr* address, socklen_t size) {
  char text[NI_MAXHOST];
  return ::getnameinfo(address, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0 ? text : "";
}

bool is_loopback(const std::string& address) { return address.empty() || address.rfind("127.", 0) == 0 || address == "::1"; }

/// The address from which packets to a host leave: nothing is sent.
std::string address_towards(const std::string& host) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  if (::getaddrinfo(host.c_str(), "9", &hints, &found) != 0) return "";
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> kept(found, ::freeaddrinfo);
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  socklen_t size = sizeof own;
  auto* address = reinterpret_cast<sockaddr*>(&own);
  if (!socket.is_open() || ::connect(socket.number(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::getsockname(socket.number(), address, &size) != 0)
    return "";
  return text_of(address, size);
}

/// The first IPv4 address of an interface by its name; of any but the loopback where that is empty.
std::string address_of_interface(const std::string& name) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return "";
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> kept(list, ::freeifaddrs);
  for (const ifaddrs* one = list; one; one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || !(one->ifa_flags & IFF_UP)) continue;
    if (name.empty() ? (one->ifa_flags & IFF_LOOPBACK) == 0 : name == one->ifa_name) return text_of(one->ifa_addr, sizeof(sockaddr_in));
  }
  return "";
}

}  // namespace

std::string own_address(const Rendezvous& rendezvous) {
  if (const char* named = std::getenv("GLOO_SOCKET_IFNAME"); named && *named) {
    const std::string address = address_of_interface(named);
    if (address.empty())
      throw UsageError(fmt::format("GLOO_SOCKET_IFNAME is '{}': there is no such interface with an IPv4 address", named));
    return address;
  }
  if (!rendezvous.spans_machines()) return kLoopback;
  const std::string address = address_towards(rendezvous.address);
  if (!is_loopback(address)) return address;
  const std::string other = address_of_interface("");
  if (other.empty()) throw UsageError("this machine has no address but the loopback's: processes on other machines do not reach it");
  return other;
}

}  // namespace tnn
