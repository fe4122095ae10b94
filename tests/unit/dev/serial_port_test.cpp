// The guest's serial port: the 16550A's data sheet a sentence at a time.
#include <hv/dev/serial_port.hpp>

#include <array>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serial_port_fixture.hpp"

namespace hv::dev {
namespace {

class SerialPortTest : public test::SerialPortFixture {};

TEST_F(SerialPortTest, IsEmptyAndQuietWhenNew)
{
    EXPECT_EQ(load(ier), 0x00);
    EXPECT_EQ(load(iir), 0x01);
    EXPECT_EQ(load(lcr), 0x00);
    EXPECT_EQ(load(mcr), 0x00);
    EXPECT_EQ(load(lsr), 0x60);
    EXPECT_EQ(load(msr), 0xb0) << "the other end is there";
    EXPECT_EQ(load(rbr), 0x00);
    EXPECT_EQ(wires_.moves, 0U);
}

TEST_F(SerialPortTest, RefusesEveryAccessButOfOneByteAtOffsetsZeroToSeven)
{
    for (const uint64_t width : {2U, 4U, 8U}) {
        EXPECT_TRUE(port_.load(lsr, width).effects.has_access_fault());
        EXPECT_TRUE(port_.load(rbr, width).effects.has_access_fault());
        EXPECT_TRUE(port_.store(thr, width, 'x').has_access_fault());
    }
    for (const uint64_t offset : {uint64_t{8}, uint64_t{0xff}, uint64_t{0x100}, UINT64_MAX}) {
        EXPECT_TRUE(port_.load(offset, 1).effects.has_access_fault());
        EXPECT_TRUE(port_.store(offset, 1, 'x').has_access_fault());
    }
    EXPECT_EQ(wires_.output, "");
}

// --- registers ---

TEST_F(SerialPortTest, KeepsTheDivisorBehindDlab)
{
    store(ier, 0x05);
    store(lcr, 0x83);
    store(dll, 0x34);
    store(dlm, 0x12);
    EXPECT_EQ(load(dll), 0x34);
    EXPECT_EQ(load(dlm), 0x12);
    store(lcr, 0x03);
    EXPECT_EQ(load(ier), 0x05);
    EXPECT_EQ(load(rbr), 0x00);
    EXPECT_EQ(wires_.output, "") << "a divisor is no output";
}

TEST_F(SerialPortTest, KeepsOnlyTheBitsThatA16550Has)
{
    store(ier, 0xff);
    EXPECT_EQ(load(ier), 0x0f);
    store(mcr, 0xff);
    EXPECT_EQ(load(mcr), 0x1f);
    store(scr, 0xa5);
    EXPECT_EQ(load(scr), 0xa5);
}

TEST_F(SerialPortTest, IgnoresWritesToTheStatusRegisters)
{
    store(lsr, 0x1e);
    store(msr, 0x4f);
    EXPECT_EQ(load(lsr), 0x60);
    EXPECT_EQ(load(msr), 0xb0);
}

TEST_F(SerialPortTest, StoresTheLowByteOfAValue)
{
    EXPECT_TRUE(port_.store(scr, 1, 0xffff'ffff'ffff'ff5a).none());
    EXPECT_EQ(load(scr), 0x5a);
}

TEST_F(SerialPortTest, SaysInIirWhetherItsFifosAreOn)
{
    store(fcr, 0x01);
    EXPECT_EQ(load(iir), 0xc1);
    store(fcr, 0xc0);
    EXPECT_EQ(load(iir), 0x01);
}

// --- output ---

TEST_F(SerialPortTest, HandsOutputToTheConsoleAtOnce)
{
    for (const char c : std::string{"hello"}) {
        EXPECT_EQ(load(lsr), 0x60);
        store(thr, static_cast<uint8_t>(c));
    }
    EXPECT_EQ(wires_.output, "hello");
}

TEST_F(SerialPortTest, IsNotEmptyWhileTheConsoleDoesNotTakeItsOutput)
{
    wires_.room = 0;
    store(thr, 'a');
    EXPECT_TRUE(port_.holds_output());
    EXPECT_EQ(load(lsr), 0x00);
    wires_.room = 1;
    EXPECT_EQ(load(lsr), 0x60) << "the guest's own polling moved it on";
    EXPECT_EQ(wires_.output, "a");
    EXPECT_FALSE(port_.holds_output());
}

TEST_F(SerialPortTest, SendsWhatItKeptWhenTheConsoleIsReady)
{
    wires_.room = 0;
    store(thr, 'a');
    store(thr, 'b');
    wires_.room = 1;
    EXPECT_TRUE(port_.console_ready().none());
    EXPECT_EQ(wires_.output, "a");
    EXPECT_EQ(load(lsr), 0x00);
    wires_.room = 5;
    EXPECT_TRUE(port_.console_ready().none());
    EXPECT_EQ(wires_.output, "ab");
    EXPECT_EQ(load(lsr), 0x60);
}

TEST_F(SerialPortTest, KeepsSixteenBytesInTheirOrderAndLosesOnlyWhatIsWrittenBlindlyAfterThem)
{
    wires_.room = 0;
    for (char c = 'a'; c < 'a' + 20; c++) {
        store(thr, static_cast<uint8_t>(c));
    }
    wires_.room = 100;
    EXPECT_TRUE(port_.console_ready().none());
    EXPECT_EQ(wires_.output, "abcdefghijklmnop");
}

TEST_F(SerialPortTest, PutsNoNewByteBeforeAKeptOne)
{
    wires_.room = 0;
    store(thr, 'a');
    wires_.room = 100;
    store(thr, 'b');
    EXPECT_EQ(wires_.output, "ab");
}

TEST_F(SerialPortTest, KeepsOutputOverAClearingOfItsFifosAndOverAReset)
{
    wires_.room = 0;
    store(thr, 'a');
    store(fcr, 0x07);
    store(fcr, 0x00);
    EXPECT_TRUE(port_.reset().none());
    EXPECT_EQ(load(lsr), 0x00);
    wires_.room = 100;
    store(thr, 'b');
    EXPECT_EQ(wires_.output, "ab");
}

// --- the transmitter's interrupt ---

TEST_F(SerialPortTest, RaisesTheTransmitterInterruptWhenItIsEnabledWhileEmpty)
{
    EXPECT_EQ(port_.store(ier, 1, 0x02), raised);
    EXPECT_TRUE(wires_.interrupt);
    EXPECT_EQ(port_.load(iir, 1), (Loaded{0x02, lowered}));
    EXPECT_EQ(load(iir), 0x01);
}

TEST_F(SerialPortTest, RaisesItAgainWhenItIsEnabledAgain)
{
    store(ier, 0x02);
    EXPECT_EQ(load(iir), 0x02);
    store(ier, 0x02);
    EXPECT_EQ(load(iir), 0x01) << "it was enabled all along";
    store(ier, 0x00);
    store(ier, 0x02);
    EXPECT_EQ(load(iir), 0x02);
}

TEST_F(SerialPortTest, RaisesItAgainAfterEachByteThatIsTaken)
{
    store(ier, 0x02);
    EXPECT_EQ(load(iir), 0x02);
    EXPECT_EQ(port_.store(thr, 1, 'a'), raised);
    EXPECT_TRUE(port_.store(thr, 1, 'b').none()) << "high already";
    EXPECT_EQ(load(iir), 0x02);
    EXPECT_EQ(wires_.output, "ab");
}

TEST_F(SerialPortTest, TakesItBackWhileOutputIsKeptAndRaisesItWhenAllIsTaken)
{
    store(ier, 0x02);
    wires_.room = 0;
    EXPECT_EQ(port_.store(thr, 1, 'a'), lowered);
    store(thr, 'b');
    EXPECT_EQ(load(iir), 0x01);
    wires_.room = 1;
    EXPECT_TRUE(port_.console_ready().none()) << "one of two bytes is still kept";
    wires_.room = 1;
    EXPECT_EQ(port_.console_ready(), raised);
    EXPECT_EQ(load(iir), 0x02);
}

TEST_F(SerialPortTest, DoesNotRaiseItWhenItIsEnabledWhileOutputIsKept)
{
    wires_.room = 0;
    store(thr, 'a');
    EXPECT_TRUE(port_.store(ier, 1, 0x02).none());
    wires_.room = 1;
    EXPECT_EQ(port_.console_ready(), raised);
}

// --- input ---

TEST_F(SerialPortTest, GivesReceivedBytesInTheirOrder)
{
    store(fcr, 0x01);
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_TRUE(port_.receive('b').accepted);
    EXPECT_EQ(load(lsr), 0x61);
    EXPECT_EQ(load(rbr), 'a');
    EXPECT_EQ(load(lsr), 0x61);
    EXPECT_EQ(load(rbr), 'b');
    EXPECT_EQ(load(lsr), 0x60);
    EXPECT_EQ(load(rbr), 0);
}

TEST_F(SerialPortTest, AcceptsSixteenBytesWithFifosAndOneWithout)
{
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_FALSE(port_.receive('b').accepted);
    store(fcr, 0x01);
    EXPECT_EQ(load(lsr), 0x60) << "switching the FIFOs on empties them";
    for (unsigned i = 0; i < 16; i++) {
        EXPECT_TRUE(port_.receive(static_cast<uint8_t>(i)).accepted);
    }
    EXPECT_FALSE(port_.receive(16).accepted);
    EXPECT_EQ(load(lsr), 0x61) << "what was refused is not lost: no overrun";
    EXPECT_EQ(load(rbr), 0);
}

TEST_F(SerialPortTest, SaysOnceThatThereIsRoomAgainAfterItHasRefusedInput)
{
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_FALSE(port_.receive('b').accepted);
    EXPECT_EQ(port_.load(rbr, 1), (Loaded{'a', Effects::input_room()}));
    EXPECT_EQ(port_.load(rbr, 1), Loaded{});
    EXPECT_TRUE(port_.receive('b').accepted);
    EXPECT_EQ(port_.load(rbr, 1), (Loaded{'b', {}}));
}

TEST_F(SerialPortTest, AResetSaysThatThereIsRoomForInputThatWasRefused)
{
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_FALSE(port_.receive('b').accepted);
    EXPECT_TRUE(port_.reset().has_input_room());
    EXPECT_TRUE(port_.receive('b').accepted);
}

TEST_F(SerialPortTest, InputTakenOtherwiseLowersTheInterruptAndMakesRoom)
{
    EXPECT_FALSE(port_.store(ier, 1, 0x01).has_access_fault());
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_FALSE(port_.receive('b').accepted);
    EXPECT_TRUE(wires_.interrupt);
    std::array<std::byte, 4> room{};
    const auto taken = port_.take_received(room);
    EXPECT_EQ(taken.count, 1U);
    EXPECT_EQ(room[0], std::byte{'a'});
    EXPECT_TRUE(taken.effects.has_input_room());
    EXPECT_FALSE(wires_.interrupt);
    EXPECT_EQ(port_.take_received(room).count, 0U);
}

TEST_F(SerialPortTest, SaysThatThereIsRoomWhenItsFifoIsClearedOrItsLoopOpened)
{
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_FALSE(port_.receive('b').accepted);
    EXPECT_EQ(port_.store(fcr, 1, 0x01), Effects::input_room());
    store(mcr, 0x10);
    EXPECT_FALSE(port_.receive('b').accepted) << "looped back, it hears only itself";
    EXPECT_EQ(port_.store(mcr, 1, 0x00), Effects::input_room());
}

TEST_F(SerialPortTest, InterruptsForReceivedDataUntilItIsRead)
{
    store(ier, 0x01);
    EXPECT_EQ(port_.receive('a').effects, raised);
    EXPECT_EQ(load(iir), 0x04);
    EXPECT_EQ(load(iir), 0x04) << "reading IIR does not take it back";
    EXPECT_EQ(port_.load(rbr, 1), (Loaded{'a', lowered}));
    EXPECT_EQ(load(iir), 0x01);
}

TEST_F(SerialPortTest, TellsAReachedTriggerLevelFromATimeout)
{
    const std::array<unsigned, 4> levels{1, 4, 8, 14};
    for (unsigned i = 0; i < levels.size(); i++) {
        store(ier, 0x01);
        store(fcr, static_cast<uint8_t>(i << 6 | 3));
        for (unsigned held = 1; held <= 16; held++) {
            EXPECT_TRUE(port_.receive('x').accepted);
            EXPECT_EQ(load(iir), held >= levels[i] ? 0xc4 : 0xcc) << held << " of " << levels[i];
        }
    }
}

TEST_F(SerialPortTest, TheFifoClearBitEmptiesTheReceiverAndLowersItsInterrupt)
{
    store(fcr, 0x01);
    store(ier, 0x01);
    EXPECT_EQ(port_.receive('a').effects, raised);
    EXPECT_EQ(port_.store(fcr, 1, 0x03), lowered);
    EXPECT_EQ(load(lsr), 0x60);
}

// --- loopback, errors, modem status, priorities ---

TEST_F(SerialPortTest, LoopedBackItHearsItselfAndTheConsoleHearsNothing)
{
    store(fcr, 0x01);
    store(mcr, 0x10);
    store(thr, 'a');
    store(thr, 'b');
    EXPECT_EQ(load(lsr), 0x61);
    EXPECT_EQ(load(rbr), 'a');
    EXPECT_EQ(load(rbr), 'b');
    EXPECT_EQ(wires_.output, "");
}

TEST_F(SerialPortTest, AnOverrunFifoKeepsItsSixteenBytesAndSaysSoOnce)
{
    store(fcr, 0x01);
    store(mcr, 0x10);
    store(ier, 0x04);
    for (uint8_t i = 0; i < 17; i++) {
        store(thr, i);
    }
    EXPECT_EQ(load(iir), 0xc6);
    EXPECT_EQ(port_.load(lsr, 1), (Loaded{0x63, lowered}));
    EXPECT_EQ(load(lsr), 0x61);
    for (uint8_t i = 0; i < 16; i++) {
        EXPECT_EQ(load(rbr), i);
    }
    EXPECT_EQ(load(lsr), 0x60);
}

TEST_F(SerialPortTest, AnOverrunReceiverWithoutFifosHasTheNewerByte)
{
    store(mcr, 0x10);
    store(thr, 'a');
    store(thr, 'b');
    EXPECT_EQ(load(lsr), 0x63);
    EXPECT_EQ(load(rbr), 'b');
}

TEST_F(SerialPortTest, LoopedBackItsModemLinesAreItsOwnOutputs)
{
    store(mcr, 0x10);
    EXPECT_EQ(load(msr), 0x0b) << "all but the ring indicator fell";
    for (const auto& [control, status] :
         {std::pair{0x11, 0x22}, std::pair{0x12, 0x13}, std::pair{0x14, 0x41}, std::pair{0x18, 0x8c}}) {
        store(mcr, static_cast<uint8_t>(control));
        // From the line before to this one both move; the ring indicator tells only its end.
        EXPECT_EQ(load(msr) & 0xf0, status & 0xf0) << control;
    }
    store(mcr, 0x14);
    (void)load(msr);
    store(mcr, 0x10);
    EXPECT_EQ(load(msr), 0x04) << "the ring indicator's end";
    store(mcr, 0x14);
    EXPECT_EQ(load(msr), 0x40) << "its beginning is not told";
}

TEST_F(SerialPortTest, InterruptsForAModemLineUntilItsStatusIsRead)
{
    store(ier, 0x08);
    EXPECT_EQ(port_.store(mcr, 1, 0x12), raised);
    EXPECT_EQ(load(iir), 0x00);
    EXPECT_EQ(port_.load(msr, 1), (Loaded{0x1a, lowered}));
    EXPECT_EQ(load(iir), 0x01);
}

TEST_F(SerialPortTest, NamesPendingInterruptsInTheOrderOfTheirPriority)
{
    store(fcr, 0x01);
    store(mcr, 0x10);
    for (uint8_t i = 0; i < 17; i++) {
        store(thr, i);
    }
    store(ier, 0x0f);
    EXPECT_EQ(load(iir), 0xc6);
    (void)load(lsr);
    EXPECT_EQ(load(iir), 0xc4);
    for (uint8_t i = 0; i < 16; i++) {
        (void)load(rbr);
    }
    EXPECT_EQ(load(iir), 0xc2);
    EXPECT_EQ(load(iir), 0xc0);
    EXPECT_TRUE(wires_.interrupt);
    (void)load(msr);
    EXPECT_EQ(load(iir), 0xc1);
    EXPECT_FALSE(wires_.interrupt);
}

TEST_F(SerialPortTest, ResetLowersItsInterruptAndEmptiesItsReceiver)
{
    store(ier, 0x03);
    EXPECT_TRUE(port_.receive('a').accepted);
    EXPECT_TRUE(wires_.interrupt);
    EXPECT_EQ(port_.reset(), lowered);
    EXPECT_FALSE(wires_.interrupt);
    EXPECT_EQ(load(ier), 0);
    EXPECT_EQ(load(lsr), 0x60);
}

}  // namespace
}  // namespace hv::dev
