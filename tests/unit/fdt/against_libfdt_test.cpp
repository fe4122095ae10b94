// The reader against libfdt: over the same tree both find the same nodes, properties, reservations and paths.
#include <hv/fdt/tree.hpp>

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "trees.hpp"

namespace hv::fdt {
namespace {

using test::Blob;

void expect_same_properties(const Blob& blob, Node ours, int theirs)
{
    int property = fdt_first_property_offset(blob.data(), theirs);
    for (Property each : ours.properties()) {
        ASSERT_GE(property, 0);
        const char* name = nullptr;
        int size = 0;
        const void* value = fdt_getprop_by_offset(blob.data(), property, &name, &size);
        EXPECT_EQ(each.name, name);
        EXPECT_EQ(static_cast<const void*>(each.value.data()), value);
        EXPECT_EQ(each.value.size(), static_cast<size_t>(size));
        // Where the last string has no NUL, libfdt takes one from behind the value.
        if (!each.value.empty() && each.value.back() == std::byte{0}) {
            EXPECT_EQ(fdt_stringlist_contains(static_cast<const char*>(value), size, "b"),
                      each.strings().contains("b"));
        }
        property = fdt_next_property_offset(blob.data(), property);
    }
    EXPECT_EQ(property, -FDT_ERR_NOTFOUND);
}

/// Every node on the way is also looked up by its path, with and without unit addresses, and by its phandle.
void expect_same(const Blob& blob, const Tree& tree, Node ours, int theirs, const std::string& path)
{
    EXPECT_EQ(ours.name(), fdt_get_name(blob.data(), theirs, nullptr));
    expect_same_properties(blob, ours, theirs);

    const std::string absolute = path.empty() ? "/" : path;
    std::string bare;
    bool in_address = false;
    for (char c : absolute) {
        in_address = c == '@' || (in_address && c != '/');
        bare += in_address ? "" : std::string{c};
    }
    for (const std::string& each : {absolute, bare, absolute + "/", absolute + "/absent"}) {
        const int offset = fdt_path_offset(blob.data(), each.c_str());
        const std::optional<Node> found = tree.find(each);
        ASSERT_EQ(found.has_value(), offset >= 0) << each;
        if (found) {
            EXPECT_EQ(static_cast<const void*>(found->name().data()), fdt_get_name(blob.data(), offset, nullptr))
                << each;
        }
    }
    if (const uint32_t phandle = fdt_get_phandle(blob.data(), theirs); phandle != 0) {
        const std::optional<Node> found = tree.find_phandle(phandle);
        ASSERT_TRUE(found);
        const int offset = fdt_node_offset_by_phandle(blob.data(), phandle);
        EXPECT_EQ(static_cast<const void*>(found->name().data()), fdt_get_name(blob.data(), offset, nullptr));
    }

    int child = fdt_first_subnode(blob.data(), theirs);
    for (Node each : ours.children()) {
        ASSERT_GE(child, 0);
        expect_same(blob, tree, each, child, path + "/" + fdt_get_name(blob.data(), child, nullptr));
        child = fdt_next_subnode(blob.data(), child);
    }
    EXPECT_EQ(child, -FDT_ERR_NOTFOUND);
}

void expect_same(const Blob& blob)
{
    const Expected<Tree, Error> tree = Tree::open(blob);
    ASSERT_TRUE(tree) << name_of(tree.error().kind) << " at " << tree.error().offset;
    expect_same(blob, *tree, tree->root(), 0, "");
    int count = 0;
    for (PhysRange each : tree->reservations()) {
        uint64_t address = 0;
        uint64_t size = 0;
        ASSERT_EQ(fdt_get_mem_rsv(blob.data(), count, &address, &size), 0);
        EXPECT_EQ(each, (PhysRange{PhysAddr{address}, size}));
        ++count;
    }
    EXPECT_EQ(count, fdt_num_mem_rsv(blob.data()));
}

/// Trees of random shape: names from a small set, so that they repeat, share endings and hide each other.
class RandomTree {
public:
    explicit RandomTree(unsigned seed) : random_{seed} {}

    Blob build()
    {
        return test::write_tree(
            [this](void* tree) {
                for (int n = pick(4); n != 0; --n) {
                    fdt_add_reservemap_entry(tree, random_(), 1 + (random_() >> 1));
                }
            },
            [this](void* tree) { add_node(tree, "", 0); });
    }

private:
    int pick(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

    void add_node(void* tree, const std::string& name, int depth)
    {
        static constexpr const char* names[] = {"reg", "a", "b", "a-reg", "compatible", "x,y-compatible"};
        fdt_begin_node(tree, name.c_str());
        if (pick(3) == 0) {
            fdt_property_u32(tree, pick(2) == 0 ? "phandle" : "linux,phandle",
                             static_cast<uint32_t>(1 + random_() % 50));
        }
        for (int n = pick(6); n != 0; --n) {
            std::string value;
            for (int size = pick(20); size != 0; --size) {
                value += "ab\0"[pick(3)];
            }
            fdt_property(tree, names[pick(6)], value.data(), static_cast<int>(value.size()));
        }
        for (int n = depth < 30 ? pick(depth < 3 ? 5 : 2) : 0; n != 0; --n) {
            const std::string address = pick(2) == 0 ? "" : "@" + std::to_string(pick(4));
            add_node(tree, std::string(static_cast<size_t>(1 + pick(3)), "nop"[pick(3)]) + address, depth + 1);
        }
        fdt_end_node(tree);
    }

    std::mt19937_64 random_;
};

TEST(TreeReader, AgreesWithLibfdtOverTheTreesOfTheWholeBootTests)
{
    size_t trees = 0;
    for (const auto& each : std::filesystem::directory_iterator{test::tree_folder()}) {
        if (each.path().extension() == ".dts") {
            SCOPED_TRACE(each.path().filename().string());
            expect_same(test::compile_file(each.path()));
            ++trees;
        }
    }
    EXPECT_GE(trees, 10U);
}

TEST(TreeReader, AgreesWithLibfdtOverRandomTrees)
{
    for (unsigned seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(seed);
        expect_same(RandomTree{seed}.build());
        if (testing::Test::HasFailure()) {
            return;
        }
    }
}

TEST(TreeReader, AgreesWithLibfdtWhereNodesAndPropertiesWereMadeNops)
{
    Blob blob = test::tree_file("qemu_virt");
    fdt_nop_node(blob.data(), fdt_path_offset(blob.data(), "/soc/pci@30000000"));
    fdt_nop_property(blob.data(), fdt_path_offset(blob.data(), "/cpus/cpu@0"), "device_type");
    fdt_nop_property(blob.data(), 0, "#address-cells");
    expect_same(blob);
}

TEST(TreeReader, AcceptsOnlyChangedTreesThatLibfdtAlsoReadsTheSameWay)
{
    const Blob whole = test::tree_file("reserved_in_heap");
    std::mt19937 random{1};
    size_t accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        Blob blob = whole;
        blob[random() % blob.size()] ^= static_cast<std::byte>(1 + random() % 255);
        if (Tree::open(blob)) {
            ++accepted;
            EXPECT_GE(fdt_next_node(blob.data(), -1, nullptr), 0);
            if (round % 20 == 0) {
                expect_same(blob);
            }
        }
        if (testing::Test::HasFailure()) {
            return;
        }
    }
    EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace hv::fdt
