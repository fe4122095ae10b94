// A doorbell's registers: atomic words, of which each member clears its own and sets a bit of the others'.
#include <hv/dev/doorbell.hpp>

#include <hv/lib/panic.hpp>

namespace hv::dev {
namespace {

bool has_register(uint64_t offset, uint64_t width)
{
    return width == 4 && offset % 4 == 0 && offset <= doorbell_map::members;
}

}  // namespace

Doorbell::Doorbell(unsigned members) : members_{members}
{
    require(members >= 1 && members <= max_members, "a doorbell of {} members", members);
}

std::optional<uint32_t> Doorbell::load(unsigned member, uint64_t offset, uint64_t width) const
{
    if (!has_register(offset, width)) {
        return std::nullopt;
    }
    switch (offset) {
    case doorbell_map::member:
        return member;
    case doorbell_map::pending:
        return pending_[member].load();
    case doorbell_map::members:
        return members_;
    default:
        return 0;
    }
}

Doorbell::Stored Doorbell::store(unsigned member, uint64_t offset, uint64_t width, uint32_t value)
{
    if (!has_register(offset, width)) {
        return {.access_fault = true};
    }
    if (offset == doorbell_map::ring && value < members_) {
        const bool was_low = pending_[value].fetch_or(uint32_t{1} << member) == 0;
        return {.moved = was_low ? std::optional{value} : std::nullopt};
    }
    if (offset == doorbell_map::pending) {
        const uint32_t before = pending_[member].fetch_and(~value);
        return {.moved = before != 0 && (before & ~value) == 0 ? std::optional{member} : std::nullopt};
    }
    return {};
}

}  // namespace hv::dev
