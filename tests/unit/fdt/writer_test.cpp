// The device-tree writer: what it writes is read back by our reader and by libfdt, and dtc finds nothing to say.
#include <hv/fdt/writer.hpp>

#include <gtest/gtest.h>

#include <hv/fdt/tree.hpp>

#include "panic_error.hpp"
#include "trees.hpp"

namespace {

using namespace hv;
using namespace hv::fdt;
using test::panic_of;

constexpr GuestPhysRange firmware{GuestPhysAddr{0x8000'0000}, 0x8'0000};

/// A small tree with a value of every kind.
void write_all(Writer& writer)
{
    constexpr std::array<std::string_view, 3> names{"a", "", "ccc"};
    constexpr std::array bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    writer.reserve_memory(firmware);
    writer.begin_node("");
    writer.property_strings("compatible", std::array<std::string_view, 2>{"bulkhead,test", "bulkhead,any"});
    writer.property_u32("#address-cells", 2);
    writer.property_u32("#size-cells", 2);
    writer.begin_node("soc");
    writer.property("ranges");
    writer.property_u32("#address-cells", 2);
    writer.property_u32("#size-cells", 2);
    writer.begin_node("serial@10000000");
    writer.property_string("compatible", "ns16550a");
    writer.property_cells("reg", {0, 0x1000'0000, 0, 0x100});
    writer.property_u64("number", 0x0123'4567'89ab'cdef);
    writer.property_strings("names", names);
    writer.property_bytes("bytes", bytes);
    writer.property_string("nothing", "");
    writer.end_node();
    writer.begin_node("other");
    writer.begin_property("pieces");
    writer.add_text("rv64");
    writer.add_text("ima");
    writer.add_string("_sstc");
    writer.add_u32(7);
    writer.add_u64(8);
    writer.end_property();
    writer.end_node();
    writer.end_node();
    writer.end_node();
}

/// The bytes of such a tree and not one more.
test::Blob written(size_t room = 4096)
{
    test::Blob blob(room);
    Writer writer{blob};
    write_all(writer);
    const auto tree = writer.finish();
    EXPECT_TRUE(tree);
    EXPECT_EQ(tree->data(), blob.data());
    blob.resize(tree->size());
    blob.shrink_to_fit();
    return blob;
}

std::string text_of(std::string_view view)
{
    return std::string{view};
}

TEST(DeviceTreeWriter, WritesWhatOurReaderReads)
{
    const test::Blob blob = written();
    const Expected<Tree, Error> tree = Tree::open(blob);
    ASSERT_TRUE(tree);
    EXPECT_TRUE(tree->root().is_compatible("bulkhead,any"));
    const std::optional<Node> serial = tree->find("/soc/serial@10000000");
    ASSERT_TRUE(serial);
    EXPECT_EQ(serial->property("compatible")->string(), "ns16550a");
    EXPECT_EQ(serial->property("reg")->value.size(), 16U);
    EXPECT_EQ(serial->property("number")->u64(), 0x0123'4567'89ab'cdefU);
    std::string names;
    for (std::string_view name : serial->property("names")->strings()) {
        names += text_of(name) + ";";
    }
    EXPECT_EQ(names, "a;;ccc;");
    EXPECT_EQ(serial->property("nothing")->value.size(), 1U);
    const Property pieces = *tree->find("/soc/other")->property("pieces");
    EXPECT_EQ(pieces.string(), "rv64ima_sstc");
    EXPECT_EQ(read_be32(pieces.value.data() + 13), 7U);
    EXPECT_EQ(read_be64(pieces.value.data() + 17), 8U);
    EXPECT_TRUE(tree->find("/soc")->property("ranges")->value.empty());
}

TEST(DeviceTreeWriter, WritesWhatLibfdtReads)
{
    const test::Blob blob = written();
    const void* tree = blob.data();
    ASSERT_EQ(fdt_check_full(tree, blob.size()), 0);
    EXPECT_EQ(fdt_num_mem_rsv(tree), 1);
    uint64_t start = 0;
    uint64_t size = 0;
    ASSERT_EQ(fdt_get_mem_rsv(tree, 0, &start, &size), 0);
    EXPECT_EQ(start, firmware.start.value());
    EXPECT_EQ(size, firmware.size);
    const int serial = fdt_path_offset(tree, "/soc/serial@10000000");
    ASSERT_GE(serial, 0);
    EXPECT_EQ(fdt_stringlist_count(tree, serial, "names"), 3);
    EXPECT_STREQ(fdt_stringlist_get(tree, serial, "names", 2, nullptr), "ccc");
    int length = 0;
    const auto* bytes = static_cast<const uint8_t*>(fdt_getprop(tree, serial, "bytes", &length));
    ASSERT_EQ(length, 3);
    EXPECT_EQ(bytes[2], 3);
    EXPECT_EQ(fdt_totalsize(tree), blob.size());
}

TEST(DeviceTreeWriter, WritesWhatDtcHasNothingToSayOf)
{
    EXPECT_EQ(test::dtc_complaints_of(written()), "");
}

TEST(DeviceTreeWriter, KeepsANameOnce)
{
    const test::Blob blob = written();
    const std::string all{reinterpret_cast<const char*>(blob.data()), blob.size()};
    const size_t first = all.find("#address-cells");
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(all.find("#address-cells", first + 1), std::string::npos);
}

TEST(DeviceTreeWriter, SaysThatThereIsNoRoomForEverySizeThatIsTooSmall)
{
    const test::Blob whole = written();
    for (size_t room = 0; room <= whole.size(); ++room) {
        // Of that size to the byte: the sanitizer sees a store behind it.
        test::Blob blob(room);
        blob.shrink_to_fit();
        Writer writer{blob};
        write_all(writer);
        const auto tree = writer.finish();
        ASSERT_EQ(tree.has_value(), room == whole.size()) << room;
        if (tree) {
            EXPECT_EQ(blob, whole);
        } else {
            EXPECT_EQ(tree.error().room, room);
        }
    }
}

TEST(DeviceTreeWriter, SaysHowMuchRoomThereWas)
{
    test::Blob blob(64);
    Writer writer{blob};
    write_all(writer);
    std::array<char, 80> text{};
    BufferSink sink{text};
    print(sink, "{}", writer.finish().error());
    EXPECT_EQ(sink.text(), "the device tree does not fit in 64 bytes");
}

class DeviceTreeWriterMisuse : public testing::Test {
protected:
    alignas(8) std::array<std::byte, 1024> room_{};
    Writer writer_{room_};
};

TEST_F(DeviceTreeWriterMisuse, OfAPropertyOutsideOfANodePanics)
{
    EXPECT_EQ(panic_of([&] { writer_.property("a"); }), "a property out of place in a device tree: 'a'");
}

TEST_F(DeviceTreeWriterMisuse, OfAPropertyBehindAChildPanics)
{
    writer_.begin_node("");
    writer_.begin_node("child");
    writer_.end_node();
    EXPECT_EQ(panic_of([&] { writer_.property("a"); }), "a property out of place in a device tree: 'a'");
}

TEST_F(DeviceTreeWriterMisuse, OfANodeWithinAValuePanics)
{
    writer_.begin_node("");
    writer_.begin_property("a");
    EXPECT_EQ(panic_of([&] { writer_.begin_node("b"); }), "a node out of place in a device tree: 'b'");
    EXPECT_EQ(panic_of([&] { writer_.end_node(); }), "the end of a node that was not begun, in a device tree");
}

TEST_F(DeviceTreeWriterMisuse, OfANodeThatEndsTwicePanics)
{
    writer_.begin_node("");
    writer_.end_node();
    EXPECT_EQ(panic_of([&] { writer_.end_node(); }), "the end of a node that was not begun, in a device tree");
}

TEST_F(DeviceTreeWriterMisuse, OfASecondRootPanics)
{
    writer_.begin_node("");
    writer_.end_node();
    EXPECT_EQ(panic_of([&] { writer_.begin_node(""); }), "a node out of place in a device tree: ''");
}

TEST_F(DeviceTreeWriterMisuse, OfARootWithANamePanics)
{
    EXPECT_EQ(panic_of([&] { writer_.begin_node("soc"); }),
              "a root with a name in a device tree, or another node without: 'soc'");
}

TEST_F(DeviceTreeWriterMisuse, OfANodeThatIsNestedTooDeepPanics)
{
    writer_.begin_node("");
    for (uint32_t depth = 1; depth < Writer::max_depth; ++depth) {
        writer_.begin_node("n");
    }
    EXPECT_EQ(panic_of([&] { writer_.begin_node("n"); }), "nodes nested more than 32 deep in a device tree: 'n'");
}

TEST_F(DeviceTreeWriterMisuse, OfAValueWithoutAPropertyPanics)
{
    writer_.begin_node("");
    EXPECT_EQ(panic_of([&] { writer_.add_u32(1); }), "a value without a property in a device tree");
    EXPECT_EQ(panic_of([&] { writer_.end_property(); }),
              "the end of a property that was not begun, in a device tree");
}

TEST_F(DeviceTreeWriterMisuse, OfAReservationBehindTheRootPanics)
{
    writer_.begin_node("");
    EXPECT_EQ(panic_of([&] { writer_.reserve_memory(firmware); }),
              "a memory reservation behind the first node of a device tree");
}

TEST_F(DeviceTreeWriterMisuse, OfAnEmptyReservationPanics)
{
    EXPECT_EQ(panic_of([&] {
                  writer_.reserve_memory(GuestPhysRange{GuestPhysAddr{0x1000}, 0});
              }),
              "an empty memory reservation at 0x1000 in a device tree");
}

TEST_F(DeviceTreeWriterMisuse, OfATreeThatIsFinishedWithNodesOpenPanics)
{
    writer_.begin_node("");
    writer_.begin_node("child");
    EXPECT_EQ(panic_of([&] { static_cast<void>(writer_.finish()); }),
              "a device tree is finished out of place, with 2 nodes open");
}

TEST_F(DeviceTreeWriterMisuse, OfAFinishedTreePanics)
{
    writer_.begin_node("");
    writer_.end_node();
    ASSERT_TRUE(writer_.finish());
    EXPECT_EQ(panic_of([&] { static_cast<void>(writer_.finish()); }),
              "a device tree is finished out of place, with 0 nodes open");
    EXPECT_EQ(panic_of([&] { writer_.begin_node(""); }), "a node out of place in a device tree: ''");
}

TEST_F(DeviceTreeWriterMisuse, OfMemoryThatIsNot8AlignedPanics)
{
    EXPECT_EQ(panic_of([&] { Writer{std::span{room_}.subspan(4)}; }).substr(0, 46),
              "no device tree can be written to 1020 bytes at");
}

}  // namespace
