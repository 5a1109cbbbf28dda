#pragma once

#include <string>

#include "distributed/rendezvous.h"

namespace tnn {

/// The IP address at which the other processes reach this one: the loopback's where all are on one machine; else that of the interface
/// which GLOO_SOCKET_IFNAME names, or from which the packets to rank 0's host leave. Rank 0's own name may resolve to the loopback, which
/// no other machine reaches: then the first other address of this machine. UsageError where there is none.
std::string own_address(const Rendezvous& rendezvous);

}  // namespace tnn
