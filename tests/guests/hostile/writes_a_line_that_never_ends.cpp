// 100,000 bytes to the UART with no end of a line among them, and then as many by DBCN.
// tries: HOSTILE 35; CHECKLIST 77
// answer: they come in pieces that bear its name; nobody else waits for the end of its line
// beats: 100
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (unsigned i = 0; i < 20'000; ++i) {
        while ((uart(SerialRegister::line_status) & serial::holding_empty) == 0) {
        }
        uart(SerialRegister::data) = 'a';
    }
    static char text[1000];
    for (char& c : text) {
        c = 'b';
    }
    for (unsigned i = 0; i < 20; ++i) {
        sbi_call(sbi::Extension::debug_console, sbi::DebugConsole::write, sizeof text,
                 reinterpret_cast<uintptr_t>(text));
    }
    console().write("\n");
    expect_served();
}

}  // namespace guest
