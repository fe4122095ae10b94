// BLAKE2s against the vectors of RFC 7693, of its reference's test files, and of another implementation.
#include <hv/vm/blake2s.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "panic_error.hpp"

namespace {

using hv::vm::Blake2s;

/// 0, 1, 2 and so on.
std::vector<std::byte> counting(size_t size)
{
    std::vector<std::byte> bytes;
    for (size_t i = 0; i < size; ++i) {
        bytes.push_back(static_cast<std::byte>(i & 0xff));
    }
    return bytes;
}

std::string hex(const Blake2s::Digest& digest)
{
    std::string text;
    for (const std::byte each : digest) {
        for (const unsigned shift : {4U, 0U}) {
            text += "0123456789abcdef"[(std::to_integer<unsigned>(each) >> shift) & 0xf];
        }
    }
    return text;
}

TEST(Blake2s, GivesTheDigestOfTheStandardsExample)
{
    Blake2s hash;
    hash.add(std::as_bytes(std::span{"abc", 3}));
    EXPECT_EQ(hex(hash.finish()), "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
}

TEST(Blake2s, GivesTheDigestsThatOthersGive)
{
    struct Vector {
        size_t key;
        size_t message;
        const char* digest;
    };
    // Key and message count up from 0.
    const Vector vectors[] = {
        {0, 0, "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9"},
        {0, 1, "e34d74dbaf4ff4c6abd871cc220451d2ea2648846c7757fbaac82fe51ad64bea"},
        {0, 63, "e57cb79487dd57902432b250733813bd96a84efce59f650fac26e6696aefafc3"},
        {0, 64, "56f34e8b96557e90c1f24b52d0c89d51086acf1b00f634cf1dde9233b8eaaa3e"},
        {0, 65, "1b53ee94aaf34e4b159d48de352c7f0661d0a40edff95a0b1639b4090e974472"},
        {0, 128, "1fa877de67259d19863a2a34bcc6962a2b25fcbf5cbecd7ede8f1fa36688a796"},
        {0, 1000, "b5f9d7799111edafc9326fbf667be98140b5e20ce5e151793c59125bf654ac18"},
        {32, 0, "48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49"},
        {32, 1, "40d15fee7c328830166ac3f918650f807e7e01e177258cdc0a39b11f598066f1"},
        {32, 64, "8975b0577fd35566d750b362b0897a26c399136df07bababbde6203ff2954ed4"},
        {32, 65, "21fe0ceb0052be7fb0f004187cacd7de67fa6eb0938d927677f2398c132317a8"},
        {16, 255, "172201ff4b7e240167b03ae037ce150d6fdf5fe4edf9e2f0d3b5df2f08c83081"},
    };
    for (const Vector& each : vectors) {
        Blake2s hash{counting(each.key)};
        hash.add(counting(each.message));
        EXPECT_EQ(hex(hash.finish()), each.digest) << each.key << " " << each.message;
    }
}

TEST(Blake2s, DoesNotMindHowTheMessageIsCut)
{
    const std::vector<std::byte> message = counting(200);
    Blake2s whole;
    whole.add(message);
    const Blake2s::Digest expected = whole.finish();
    for (size_t cut = 0; cut <= message.size(); ++cut) {
        Blake2s hash;
        hash.add(std::span{message}.first(cut));
        hash.add({});
        hash.add(std::span{message}.subspan(cut));
        ASSERT_EQ(hash.finish(), expected) << cut;
    }
}

TEST(Blake2s, PanicsOnAKeyThatIsTooLong)
{
    EXPECT_EQ(hv::test::panic_of([] { Blake2s{counting(33)}; }), "a BLAKE2s key of 33 bytes");
}

}  // namespace
