// Probes all that a hypervisor may offer: nested acceleration, steal time, and our own watchdog.
// tries: HOSTILE 38, 40; CHECKLIST 58, 76
// answer: what is not offered probes as 0 and gives -2 with any arguments
#include "hostile.hpp"

namespace guest {

void attack()
{
    for (const uint64_t extension : {0x4e41'434cU, 0x53'5441U, 0x53'5345U, 0x0a42'4b48U, 0x4d50'5859U}) {
        trying("extension", extension);
        if (is_offered(extension)) {
            continue;
        }
        for (uint64_t function = 0; function < 8; ++function) {
            for (const uint64_t address : boundaries) {
                expect_error(sbi_call_raw(extension, function, address, address, 0), sbi::Error::not_supported);
            }
        }
    }
    expect_served();
}

}  // namespace guest
