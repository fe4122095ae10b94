// The harts of QEMU's virt machine as its own device trees name them, by version and CPU.
#pragma once

#include <algorithm>
#include <string>

namespace hv::test {

/// QEMU 7.2, -cpu rv64: riscv,sv48, no block sizes, and no riscv,isa-extensions.
inline constexpr const char* isa_of_qemu_7 = "rv64imafdch_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_sstc";
/// QEMU 10, -cpu rv64: riscv,sv57, all blocks of 64 bytes, the same names as list.
inline constexpr const char* isa_of_qemu_10 =
    "rv64imafdch_zic64b_zicbom_zicbop_zicboz_ziccamoa_ziccif_zicclsm_ziccrse_zicntr_zicsr_zifencei_"
    "zihintntl_zihintpause_zihpm_zmmul_za64rs_zaamo_zalrsc_zawrs_zfa_zca_zcd_zba_zbb_zbc_zbs_"
    "shcounterenw_shgatpa_shtvala_shvsatpa_shvstvala_shvstvecd_ssccptr_sscounterenw_sstc_sstvala_sstvecd_"
    "ssu64xl_svadu_svvptc";
/// QEMU 10, -cpu max.
inline constexpr const char* max_isa_of_qemu_10 =
    "rv64imafdcbvh_zic64b_zicbom_zicbop_zicboz_ziccamoa_ziccif_zicclsm_ziccrse_zicfilp_zicfiss_zicond_"
    "zicntr_zicsr_zifencei_zihintntl_zihintpause_zihpm_zimop_zmmul_za64rs_zaamo_zabha_zacas_zama16b_"
    "zalrsc_zawrs_zfa_zfbfmin_zfh_zfhmin_zca_zcb_zcd_zcmop_zba_zbb_zbc_zbkb_zbkc_zbkx_zbs_zk_zkn_zknd_"
    "zkne_zknh_zkr_zks_zksed_zksh_zkt_ztso_zvbb_zvbc_zve32f_zve32x_zve64f_zve64d_zve64x_zvfbfmin_"
    "zvfbfwma_zvfh_zvfhmin_zvkb_zvkg_zvkn_zvknc_zvkned_zvkng_zvknha_zvknhb_zvks_zvksc_zvksed_zvksg_zvksh_"
    "zvkt_shcounterenw_sha_shgatpa_shtvala_shvsatpa_shvstvala_shvstvecd_smaia_smcdeleg_smcntrpmf_"
    "smcsrind_smepmp_smmpm_smnpm_smstateen_ssaia_ssccfg_ssccptr_sscofpmf_sscounterenw_sscsrind_ssdbltrp_"
    "ssnpm_sspm_ssstateen_sstc_sstvala_sstvecd_ssu64xl_supm_smctr_ssctr_svadu_svinval_svnapot_svpbmt_"
    "svvptc";

/// A riscv,isa as the dts of the list: "i", "m", "zicsr".
inline std::string list_of(const std::string& isa)
{
    std::string list;
    size_t at = sizeof "rv64" - 1;
    for (; at < isa.size() && isa[at] != '_'; ++at) {
        list += (list.empty() ? "\"" : ", \"") + std::string{isa[at]} + "\"";
    }
    while (at < isa.size()) {
        const size_t end = std::min(isa.find('_', at + 1), isa.size());
        list += ", \"" + isa.substr(at + 1, end - at - 1) + "\"";
        at = end;
    }
    return list;
}

}  // namespace hv::test
