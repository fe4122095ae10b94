// The PLIC against its slow model, over random programs.
#include <hv/dev/plic.hpp>

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "plic_model.hpp"

namespace hv {
namespace {

void run(unsigned harts, unsigned seed, size_t size = 4000)
{
    std::mt19937 random{seed};
    std::vector<uint8_t> bytes(size);
    for (uint8_t& byte : bytes) {
        byte = static_cast<uint8_t>(random());
    }
    test::Program program{bytes};
    test::ModelledPlic plic{harts};
    while (!program.empty()) {
        plic.step(program);
    }
    plic.compare();
}

TEST(Plic, DoesWhatItsModelDoesOverRandomProgramsWithOneHart)
{
    for (unsigned seed = 0; seed < 8; seed++) {
        ASSERT_NO_THROW(run(1, seed)) << "seed " << seed;
    }
}

TEST(Plic, DoesWhatItsModelDoesOverRandomProgramsWithThreeHarts)
{
    for (unsigned seed = 0; seed < 4; seed++) {
        ASSERT_NO_THROW(run(3, seed)) << "seed " << seed;
    }
}

TEST(Plic, DoesWhatItsModelDoesOverRandomProgramsWithAllItsHarts)
{
    for (unsigned seed = 0; seed < 4; seed++) {
        ASSERT_NO_THROW(run(dev::Plic::max_harts, seed, 1000)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace hv
