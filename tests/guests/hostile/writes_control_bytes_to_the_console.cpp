// NUL, ESC, Ctrl-], carriage returns and every other byte, by the UART and by DBCN, in the middle of lines.
// tries: HOSTILE 35; CHECKLIST 70, 71
// answer: its lines bear its name, whatever is in them; a key that it prints is no key
// expect: is behind them
// beats: 60
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    Random random{0x657363};
    constexpr std::string_view keys = "\x1dh\x1dk\x1dq\x1d\x1d\x1b[2J\x1b]0;x\x07\x00\x11\x13\x7f";
    for (unsigned i = 0; i < 20; ++i) {
        console().write(keys);
        console().write("\n");
        for (const char c : keys) {
            sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write_byte, static_cast<uint8_t>(c));
        }
        console().write("\n");
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
        // Those that end a line to whoever reads it.
        if ((byte >= 0x0a && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x1e) || byte >= 0x80) {
            continue;
        }
        uart(SerialRegister::data) = static_cast<uint8_t>(byte);
    }
    console().write("\n");
    say("is behind them");
    expect_served();
}

}  // namespace guest
