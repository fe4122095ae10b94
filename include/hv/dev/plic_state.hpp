// All that a guest can change of its PLIC, for whoever compares: a digest of the state that guests start in.
#pragma once

#include <span>

#include <hv/dev/plic.hpp>

namespace hv::dev {

/// Calls `see(std::span<const std::byte>)` with each part. While none of the guest's harts runs.
template <typename See>
void Plic::show_state(See&& see) const
{
    see(std::as_bytes(contexts_.span()));
    see(std::as_bytes(std::span{registers_}));
    see(std::as_bytes(std::span{priority_}));
    see(std::as_bytes(std::span{gate_}));
    see(std::as_bytes(std::span{pending_}));
    see(std::as_bytes(std::span{&outputs_, 1}));
}

}  // namespace hv::dev
