// Lines of one letter to the UART without end, with no look at whether there is room.
// tries: HOSTILE 35; CHECKLIST 77
// answer: it is held back to what its share of the line takes; nobody else's time is lost
// ends: never
// expect: ^floods$
#include "devices.hpp"
#include "hostile.hpp"

namespace guest {

void attack()
{
    say("floods");
    while (true) {
        uart(SerialRegister::data) = 'x';
        uart(SerialRegister::data) = '\n';
    }
}

}  // namespace guest
