// The numbers of a 16550A serial port: which register is where, and what its bits mean.
#pragma once

#include <cstdint>

namespace hv::dev {

/// [16550] Registers, one byte each. Where two names share an offset, reads and writes differ; the first two are
/// the divisor's bytes while LCR.DLAB is set.
enum class SerialRegister : uint8_t {
    data,              ///< RBR, THR; DLL
    interrupt_enable,  ///< IER; DLM
    interrupt_id,      ///< IIR, FCR
    line_control,      ///< LCR
    modem_control,     ///< MCR
    line_status,       ///< LSR
    modem_status,      ///< MSR
    scratch,           ///< SCR
};
inline constexpr uint64_t serial_register_count = 8;

namespace serial {
// IER
inline constexpr uint8_t enable_received = 0x01;
inline constexpr uint8_t enable_transmitter_empty = 0x02;
inline constexpr uint8_t enable_line_status = 0x04;
inline constexpr uint8_t enable_modem_status = 0x08;
// IIR, highest priority first
inline constexpr uint8_t id_line_status = 0x06;
inline constexpr uint8_t id_received = 0x04;
inline constexpr uint8_t id_timeout = 0x0c;
inline constexpr uint8_t id_transmitter_empty = 0x02;
inline constexpr uint8_t id_modem_status = 0x00;
inline constexpr uint8_t id_none = 0x01;
inline constexpr uint8_t id_fifos = 0xc0;
// FCR
inline constexpr uint8_t fifo_enable = 0x01;
inline constexpr uint8_t fifo_clear_received = 0x02;
inline constexpr uint8_t fifo_clear_transmitter = 0x04;
// LCR
inline constexpr uint8_t divisor_latch = 0x80;
// MCR
inline constexpr uint8_t dtr = 0x01;
inline constexpr uint8_t rts = 0x02;
inline constexpr uint8_t out1 = 0x04;
inline constexpr uint8_t out2 = 0x08;
inline constexpr uint8_t loopback = 0x10;
// LSR
inline constexpr uint8_t data_ready = 0x01;
inline constexpr uint8_t overrun = 0x02;
inline constexpr uint8_t errors = 0x1e;
inline constexpr uint8_t holding_empty = 0x20;
inline constexpr uint8_t transmitter_empty = 0x40;
// MSR; the low four bits say that one of the others moved
inline constexpr uint8_t delta_cts = 0x01;
inline constexpr uint8_t delta_dsr = 0x02;
inline constexpr uint8_t trailing_ri = 0x04;
inline constexpr uint8_t delta_dcd = 0x08;
inline constexpr uint8_t deltas = 0x0f;
inline constexpr uint8_t cts = 0x10;
inline constexpr uint8_t dsr = 0x20;
inline constexpr uint8_t ri = 0x40;
inline constexpr uint8_t dcd = 0x80;
}  // namespace serial

}  // namespace hv::dev
