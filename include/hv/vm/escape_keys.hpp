// The operator's keys: Ctrl-] takes the next key away from the guest, and makes it a command.
#pragma once

#include <cstdint>

namespace hv::vm {

/// What has become of a key.
struct Key {
    enum class Kind : uint8_t {
        guest,    ///< `byte` is for the guest
        command,  ///< `byte` is a command
        nothing,  ///< half of a command
    };
    Kind kind = Kind::nothing;
    uint8_t byte = 0;

    friend constexpr bool operator==(Key, Key) = default;
};

/// Tells commands from what a guest is to read, in the order typed. Ctrl-] twice is one for the guest.
class EscapeKeys {
public:
    static constexpr uint8_t escape = 0x1d;  // Ctrl-]

    [[nodiscard]] constexpr Key take(uint8_t byte)
    {
        if (!escaped_) {
            escaped_ = byte == escape;
            return escaped_ ? Key{} : Key{Key::Kind::guest, byte};
        }
        escaped_ = false;
        return {byte == escape ? Key::Kind::guest : Key::Kind::command, byte};
    }

private:
    bool escaped_ = false;
};

}  // namespace hv::vm
