// A guest's line with its name in front, and nothing in it that a terminal obeys.
#include <hv/vm/outgoing_line.hpp>

namespace hv::vm {

namespace {

/// A byte shown takes four at most; behind the last one stand a backslash, a carriage return and a newline.
constexpr size_t most_shown = 4;
constexpr size_t line_end = 3;

void put_harmlessly(OutgoingLine& line, uint8_t byte)
{
    if (byte >= 0x80) {
        constexpr std::string_view digits = "0123456789abcdef";
        line.write("\\x");
        line.put(digits[byte >> 4]);
        line.put(digits[byte & 15]);
    } else if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
        line.put('^');
        line.put(static_cast<char>(byte ^ 0x40));
    } else {
        line.put(static_cast<char>(byte));
    }
}

}  // namespace

void OutgoingLine::put(char byte)
{
    if (size_ < most_bytes) {
        bytes_[size_++] = static_cast<uint8_t>(byte);
    }
}

void OutgoingLine::write(std::string_view text)
{
    for (const char c : text) {
        if (c == '\n') {
            put('\r');
        }
        put(c);
    }
}

bool take_line(OutputRing& ring, std::string_view name, bool more_may_come, OutgoingLine& line)
{
    line.write(name);
    line.write(": ");
    const size_t unshown = ring.unshown();
    size_t taken = 0;
    bool whole = false;
    while (taken < unshown && taken < most_line_bytes && !whole && line.room() >= most_shown + line_end) {
        const uint8_t byte = ring.unshown_at(taken++);
        whole = byte == '\n';
        // The carriage return before a newline is the terminal's business. Any other would write over the name.
        const bool at_end = byte == '\r' && (taken == unshown || ring.unshown_at(taken) == '\n');
        if (!whole && !at_end) {
            put_harmlessly(line, byte);
        }
    }
    ring.shown(taken);
    if (!whole && (more_may_come || taken < unshown)) {
        line.put('\\');
    }
    line.write("\n");
    return whole;
}

}  // namespace hv::vm
