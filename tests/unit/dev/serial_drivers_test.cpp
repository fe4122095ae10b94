// The guest's serial port as the drivers of real guests use it: Linux's 8250, U-Boot's and kvm-unit-tests' polling.
#include <hv/dev/serial_port.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serial_port_fixture.hpp"

namespace hv::dev {
namespace {

class SerialDriversTest : public test::SerialPortFixture {};

TEST_F(SerialDriversTest, LinuxFindsThatAllInterruptsCanBeEnabled)
{
    store(ier, 0x00);
    EXPECT_EQ(load(ier) & 0x0f, 0x00U);
    store(ier, 0x0f);
    EXPECT_EQ(load(ier) & 0x0f, 0x0fU);
    store(ier, 0x00);
    EXPECT_FALSE(wires_.interrupt);
}

TEST_F(SerialDriversTest, LinuxFindsTheModemLinesLoopedBack)
{
    store(mcr, 0x1a);
    EXPECT_EQ(load(msr) & 0xf0, 0x90U) << "DCD and CTS, as OUT2 and RTS are set";
    store(mcr, 0x00);
}

TEST_F(SerialDriversTest, LinuxTakesItForA16550AAndNothingMore)
{
    store(lcr, 0xbf);
    store(fcr, 0x00);
    store(lcr, 0x00);
    store(fcr, 0x01);
    EXPECT_EQ(load(iir) & 0xc0, 0xc0U) << "working FIFOs";
    for (const unsigned conf : {0x80U, 0xbfU}) {
        store(lcr, static_cast<uint8_t>(conf));
        EXPECT_NE(load(fcr), 0U) << "no extended features register";
    }
    store(lcr, 0x00);
    store(fcr, 0x21);
    EXPECT_EQ(load(iir) & 0xe0, 0xc0U) << "no FIFO of 64 bytes";
    store(lcr, 0x80);
    store(fcr, 0x21);
    EXPECT_EQ(load(iir) & 0xe0, 0xc0U) << "nor behind DLAB";
    store(lcr, 0x00);
    store(fcr, 0x01);
    store(ier, 0x40);
    EXPECT_EQ(load(ier) & 0x40, 0U) << "no UART unit enable bit";
}

TEST_F(SerialDriversTest, LinuxCountsSixteenBytesInTheFifo)
{
    store(fcr, 0x07);
    store(mcr, 0x10);
    store(lcr, 0x80);
    store(dll, 0x01);
    store(dlm, 0x00);
    store(lcr, 0x03);
    for (unsigned i = 0; i < 256; i++) {
        store(thr, static_cast<uint8_t>(i));
    }
    unsigned count = 0;
    for (; count < 256 && (load(lsr) & 0x01) != 0; count++) {
        EXPECT_EQ(load(rbr), count);
    }
    EXPECT_EQ(count, 16U);
    store(mcr, 0x00);
    EXPECT_EQ(wires_.output, "");
}

TEST_F(SerialDriversTest, LinuxFindsNoTransmitterBug)
{
    store(fcr, 0x07);
    store(fcr, 0x00);
    for (const uint64_t offset : {lsr, rbr, iir, msr}) {
        (void)load(offset);
    }
    EXPECT_NE(load(lsr), 0xffU) << "there is a port";
    store(lcr, 0x03);
    store(ier, 0x02);
    EXPECT_EQ(load(iir) & 0x01, 0U);
    store(ier, 0x00);
    store(ier, 0x02);
    EXPECT_EQ(load(iir) & 0x01, 0U) << "enabling it a second time raises it again";
    store(ier, 0x00);
    store(mcr, 0x08);
    store(ier, 0x02);
    EXPECT_EQ(load(lsr) & 0x40, 0x40U);
    EXPECT_EQ(load(iir) & 0x01, 0U);
    store(ier, 0x00);
    EXPECT_FALSE(wires_.interrupt);
}

/// Linux's terminal output: the interrupt is enabled, and each time it comes sixteen bytes are written.
TEST_F(SerialDriversTest, LinuxWritesAPageByInterruptThroughAConsoleThatStopsNowAndThen)
{
    std::string text;
    for (unsigned i = 0; i < 4096; i++) {
        text.push_back(static_cast<char>('!' + i % 90));
    }
    store(fcr, 0x81);
    store(mcr, 0x0b);
    wires_.room = 5;
    store(ier, 0x07);
    size_t written = 0;
    for (unsigned turns = 0; wires_.output.size() < text.size(); turns++) {
        ASSERT_LT(turns, 10'000U);
        if (!wires_.interrupt) {
            wires_.room = 1 + turns % 40;
            (void)port_.console_ready();
            continue;
        }
        EXPECT_EQ(load(iir), 0xc2U);
        EXPECT_NE(load(lsr) & 0x20, 0U);
        for (unsigned i = 0; i < 16 && written < text.size(); i++) {
            store(thr, static_cast<uint8_t>(text[written++]));
        }
        if (written == text.size()) {
            store(ier, 0x05);
            wires_.room = 100;
            (void)port_.console_ready();
        }
    }
    EXPECT_EQ(wires_.output, text);
    EXPECT_FALSE(wires_.interrupt);
}

TEST_F(SerialDriversTest, LinuxReadsAPasteByInterruptAndMissesNothing)
{
    std::string paste;
    for (unsigned i = 0; i < 1000; i++) {
        paste.push_back(static_cast<char>('!' + i % 90));
    }
    store(fcr, 0x81);
    store(ier, 0x05);
    size_t offered = 0;
    const auto offer = [&] {
        while (offered < paste.size() && port_.receive(static_cast<uint8_t>(paste[offered])).accepted) {
            offered++;
        }
    };
    offer();
    std::string got;
    while (wires_.interrupt) {
        const unsigned id = load(iir);
        ASSERT_TRUE(id == 0xc4 || id == 0xcc) << id;
        while ((load(lsr) & 0x01) != 0) {
            const Loaded loaded = port_.load(rbr, 1);
            got.push_back(static_cast<char>(loaded.value));
            if (loaded.effects.has_input_room()) {
                offer();
            }
        }
    }
    EXPECT_EQ(got, paste);
}

TEST_F(SerialDriversTest, UBootPollsItBothWays)
{
    // What its driver writes: no interrupts, DTR and RTS, FIFOs on and cleared, 115,200 baud, 8N1.
    store(ier, 0x00);
    store(mcr, 0x03);
    store(fcr, 0x07);
    store(lcr, 0x83);
    store(dll, 0x02);
    store(dlm, 0x00);
    store(lcr, 0x03);
    EXPECT_TRUE(port_.receive('y').accepted);
    ASSERT_NE(load(lsr) & 0x01, 0U);
    const unsigned typed = load(rbr);
    ASSERT_NE(load(lsr) & 0x20, 0U);
    store(thr, static_cast<uint8_t>(typed));
    EXPECT_EQ(wires_.output, "y");
    EXPECT_EQ(wires_.moves, 0U);
}

TEST_F(SerialDriversTest, AGuestThatSetsUpNothingIsHeardAtOnce)
{
    for (const char c : std::string{"kvm-unit-tests\n"}) {
        ASSERT_NE(load(lsr) & 0x20, 0U);
        store(thr, static_cast<uint8_t>(c));
    }
    EXPECT_EQ(wires_.output, "kvm-unit-tests\n");
}

/// A console for several harts, which refuses two bytes of three.
struct BusyWires {
    bool try_put_quickly(uint8_t byte) { return try_put(byte); }
    bool try_put(uint8_t byte)
    {
        const std::lock_guard guard{lock};
        if (++asked % 3 != 0) {
            return false;
        }
        output.push_back(static_cast<char>(byte));
        return true;
    }
    static Effects set_interrupt(bool /*high*/) { return {}; }

    std::mutex lock{};
    unsigned asked = 0;
    std::string output{};
};

TEST(SerialPortOnSeveralHarts, LosesNoByteAndKeepsEachHartsOrder)
{
    constexpr unsigned bytes_each = 500;
    BusyWires wires;
    SerialPort<BusyWires> port{wires};
    std::vector<std::thread> harts;
    for (unsigned hart = 0; hart < 4; hart++) {
        harts.emplace_back([&port, hart] {
            seam::this_hart_bit = 1U << hart;
            for (unsigned i = 0; i < bytes_each; i++) {
                for (unsigned polls = 0; (port.load(5, 1).value & 0x20) == 0 && polls < 100'000; polls++) {
                    std::this_thread::yield();
                }
                (void)port.store(0, 1, hart << 6 | i % 64);
            }
        });
    }
    for (std::thread& hart : harts) {
        hart.join();
    }
    for (unsigned tries = 0; port.holds_output() && tries < 1000; tries++) {
        (void)port.console_ready();
    }
    std::array<unsigned, 4> next{};
    for (const char c : wires.output) {
        const auto byte = static_cast<uint8_t>(c);
        ASSERT_EQ(byte % 64, next[byte >> 6] % 64);
        next[byte >> 6]++;
    }
    EXPECT_THAT(next, testing::Each(bytes_each));
}

}  // namespace
}  // namespace hv::dev
