// The registers of F, D and V, as a whole: float.S and vector.S.
#pragma once

#include <array>
#include <cstdint>

namespace guest {

/// f0 to f31, and fcsr.
struct FloatState {
    std::array<uint64_t, 32> f{};
    uint64_t fcsr = 0;
};

/// sstatus.FS and VS: where they are, and their values.
inline constexpr uint64_t float_status = 0x6000;
inline constexpr uint64_t float_initial = 0x2000;
inline constexpr uint64_t float_clean = 0x4000;
inline constexpr uint64_t vector_status = 0x600;
inline constexpr uint64_t vector_initial = 0x200;

extern "C" {
void save_float(FloatState* to);
void load_float(const FloatState* from);
/// `bytes` is one register's; 32 of them.
void save_vector(uint8_t* to, uint64_t bytes);
void load_vector(const uint8_t* from, uint64_t bytes);
/// The vl that there is of 32-bit elements in groups of two, where `elements` are asked for.
uint64_t set_vector_type(uint64_t elements);
}

}  // namespace guest
