// What a guest writes, and when it makes a line.
#include <hv/vm/console_channel.hpp>

#include <hv/vm/outgoing_line.hpp>

namespace hv::vm {

void ConsoleChannel::connect(std::string_view name, std::span<uint8_t> room)
{
    name_ = name;
    ring_.use(room);
}

size_t ConsoleChannel::offer(std::span<const std::byte> text, uint64_t now)
{
    if (ring_.unshown() == 0) {
        waiting_since_ = now;
        newlines_ = 0;
    }
    size_t taken = 0;
    while (taken < text.size() && ring_.offer(static_cast<uint8_t>(text[taken]))) {
        newlines_ += text[taken] == std::byte{'\n'} ? 1U : 0U;
        taken++;
    }
    if (taken < text.size()) {
        refused_.store(1);
    }
    return taken;
}

void ConsoleChannel::count_newlines()
{
    newlines_ = 0;
    const size_t unshown = ring_.unshown();
    for (size_t i = 0; i < unshown; i++) {
        newlines_ += ring_.unshown_at(i) == '\n' ? 1U : 0U;
    }
}

bool ConsoleChannel::is_due() const
{
    return ring_.unshown() >= most_line_bytes;
}

bool ConsoleChannel::has_line(uint64_t now) const
{
    // Another hart may have written since `now`.
    const bool is_old = now > waiting_since_ && now - waiting_since_ >= patience;
    const size_t unshown = ring_.unshown();
    return unshown != 0 && (newlines_ != 0 || is_due() || ended_.load() != 0 || is_old);
}

}  // namespace hv::vm
