// The rules by which a guest's instruction set follows from the host's tree and from what its harts were found to
// have.
#include <hv/vm/guest_isa.hpp>

#include <algorithm>
#include <array>

namespace hv::vm {
namespace {

using isa::CacheInvalidate;
using isa::Counteren;
using isa::Henvcfg;
using isa::Hstateen0;

/// What an extension needs, to be named.
enum class Need : uint8_t {
    nothing,     ///< as the host's tree names it
    never,       ///< a control keeps it off, or we do not know it
    found,       ///< it is named by what was found, not by the host's tree: see name_what_was_found()
    fp,          ///< sstatus.FS
    vector,      ///< sstatus.VS
    fp_vector,   ///< both
    fp_in_x,     ///< hstateen0.FCSR: Zfinx and its kin
    jump_table,  ///< hstateen0.JVT
    management,  ///< henvcfg.CBCFE, CBIE, and the block's size
    zeroing,     ///< henvcfg.CBZE, a try of it, and the block's size
    prefetch,    ///< the block's size
    page_types,  ///< henvcfg.PBMTE
    no_adue,     ///< Svade: that nobody sets A and D
    vs_stval,    ///< the same promise of the host for vstval: Shvstvala
    vs_stvec,    ///< ... for vstvec: Shvstvecd
};

/// With its name inside: a view would take more room than that.
struct Rule {
    char name[13];
    Need need;
};

/// [unpriv], [priv] The extensions of U-mode that are not just named as the host names them, Zf* and Zv* apart.
constexpr std::array<Rule, 18> z_rules{{
    {"zicsr", Need::found},
    {"zifencei", Need::found},
    {"zicntr", Need::found},
    {"zihpm", Need::never},  // hcounteren shows none of these counters
    {"zicbom", Need::management},
    {"zicboz", Need::zeroing},
    {"zicbop", Need::prefetch},
    {"zicfilp", Need::never},  // henvcfg.LPE is off
    {"zicfiss", Need::never},  // henvcfg.SSE is off
    {"zkr", Need::never},      // [unpriv] Entropy Source: a guest's access to seed traps, whatever mseccfg says
    {"zk", Need::never},       // has Zkr in it
    {"zcf", Need::fp},
    {"zcd", Need::fp},
    {"zcmt", Need::jump_table},
    {"zce", Need::jump_table},  // has Zcmt in it
    {"zdinx", Need::fp_in_x},
    {"zhinx", Need::fp_in_x},
    {"zhinxmin", Need::fp_in_x},
}};

/// All of S-mode that is known. What is not in here is not named.
constexpr std::array<Rule, 13> s_rules{{
    {"svinval", Need::nothing},
    {"svnapot", Need::nothing},
    {"svvptc", Need::nothing},
    {"svrsw60t59b", Need::nothing},
    {"svbare", Need::nothing},
    {"ssccptr", Need::nothing},
    {"sscounterenw", Need::nothing},
    {"ssu64xl", Need::nothing},
    {"sstvala", Need::vs_stval},
    {"sstvecd", Need::vs_stvec},
    {"svpbmt", Need::page_types},
    {"svade", Need::no_adue},
    {"sstc", Need::found},  // and svadu, which is no rule: only what was found names it
}};

Need need_in(std::span<const Rule> rules, std::string_view name, Need otherwise)
{
    for (const Rule& rule : rules) {
        if (fdt::text_is(rule.name, name)) {
            return rule.need;
        }
    }
    return otherwise;
}

Need need_of_letter(char letter)
{
    switch (letter) {
    case 'i':
    case 'm':
    case 'a':
    case 'c':
    case 'b':
        return Need::nothing;
    case 'f':
    case 'd':
    case 'q':
        return Need::fp;
    case 'v':
        return Need::fp_vector;
    default:
        return Need::never;
    }
}

Need need_of(std::string_view name)
{
    if (name.size() == 1) {
        return need_of_letter(name.front());
    }
    if (name.starts_with("zv")) {
        const bool has_fp = name.starts_with("zvf") || name == "zve32f" || name == "zve64f" || name == "zve64d";
        return has_fp ? Need::fp_vector : Need::vector;
    }
    if (name.starts_with("zf")) {
        return name == "zfinx" ? Need::fp_in_x : Need::fp;
    }
    if (name.starts_with('z')) {
        return need_in(z_rules, name, Need::nothing);
    }
    if (name.starts_with('s')) {
        return need_in(s_rules, name, Need::never);
    }
    return name.starts_with('x') ? Need::nothing : Need::never;
}

/// [unpriv] ISA Extension Naming Conventions: the order of the letters, and so of the Z extensions, by their
/// second.
constexpr std::string_view letter_order = "iemafdqlcbkjtpvnh";

/// Where each letter from a to z comes in it; those that it has not are last.
constexpr std::array<uint8_t, 26> letter_places = [] {
    std::array<uint8_t, 26> places{};
    places.fill(letter_order.size());
    for (size_t i = 0; i != letter_order.size(); ++i) {
        places[static_cast<size_t>(letter_order[i] - 'a')] = static_cast<uint8_t>(i);
    }
    return places;
}();

/// Of a digit as of the last letters.
unsigned place_of(char letter)
{
    const auto index = static_cast<unsigned char>(letter - 'a');
    return letter_places[index < letter_places.size() ? index : letter_places.size() - 1];
}

/// Letters, Z, S, X; within the first two by the order of the letters.
unsigned rank_of(std::string_view name)
{
    constexpr unsigned group = 32;
    static_assert(letter_order.size() < group);
    if (name.size() == 1) {
        return place_of(name.front());
    }
    switch (name.front()) {
    case 'z':
        return group + place_of(name[1]);
    case 's':
        return 2 * group;
    default:
        return 3 * group;
    }
}

bool comes_before(std::string_view a, std::string_view b)
{
    const unsigned rank_a = rank_of(a);
    const unsigned rank_b = rank_of(b);
    return rank_a != rank_b ? rank_a < rank_b : a < b;
}

/// The derivation, one step a function.
class Derivation {
public:
    Derivation(const fdt::HostIsa& host, const HartFeatures& features, GuestIsa& guest)
        : host_{host},
          found_{features},
          guest_{guest}
    {
    }

    void run()
    {
        name_what_the_host_names();
        name_what_was_found();
        set_controls();
        guest_.mmu_type = host_.mmu_type;
    }

private:
    void name_what_the_host_names();
    void name_what_was_found();
    void set_controls();

    [[nodiscard]] bool meets(Need need) const;
    /// Is `word`'s bit among those that stick?
    template <typename Field>
    [[nodiscard]] bool sticks(Field field) const
    {
        return found_.henvcfg && static_cast<bool>(found_.henvcfg->get(field));
    }
    /// Without hstateen0 nothing keeps that state from a guest.
    template <typename Field>
    [[nodiscard]] bool state_is_open(Field field) const
    {
        return !found_.hstateen0 || found_.hstateen0->get(field);
    }
    /// To its place. Nearly always that is the end: trees are written in this order.
    void name(std::string_view extension);
    /// What `extension` needs is given to the guest.
    void turn_on(Need need);

    const fdt::HostIsa& host_;
    const HartFeatures& found_;
    GuestIsa& guest_;
    Henvcfg henvcfg_{};
    Hstateen0 hstateen0_{};
};

bool Derivation::meets(Need need) const
{
    switch (need) {
    case Need::nothing:
        return true;
    case Need::never:
    case Need::found:
        return false;
    case Need::fp:
        return found_.fp;
    case Need::vector:
        return found_.vector;
    case Need::fp_vector:
        return found_.fp && found_.vector;
    case Need::fp_in_x:
        return state_is_open(Hstateen0::fcsr);
    case Need::jump_table:
        return state_is_open(Hstateen0::jvt);
    case Need::management:
        return sticks(Henvcfg::cbcfe) && found_.henvcfg->get(Henvcfg::cbie) == CacheInvalidate::flushes &&
               host_.cache_blocks.management != 0;
    case Need::zeroing:
        return sticks(Henvcfg::cbze) && found_.cbo_zero && host_.cache_blocks.zero != 0;
    case Need::prefetch:
        return host_.cache_blocks.prefetch != 0;
    case Need::page_types:
        return sticks(Henvcfg::pbmte);
    case Need::no_adue:
        return !sticks(Henvcfg::adue);
    case Need::vs_stval:
        return host_.has("shvstvala");
    case Need::vs_stvec:
        return host_.has("shvstvecd");
    }
    return false;
}

void Derivation::turn_on(Need need)
{
    guest_.fp = guest_.fp || need == Need::fp || need == Need::fp_vector;
    guest_.vector = guest_.vector || need == Need::vector || need == Need::fp_vector;
    if (need == Need::fp_in_x) {
        hstateen0_ = hstateen0_.with(Hstateen0::fcsr, true);
    } else if (need == Need::jump_table) {
        hstateen0_ = hstateen0_.with(Hstateen0::jvt, true);
    } else if (need == Need::management) {
        // To invalidate would bring back what the memory held before it was scrubbed.
        henvcfg_ = henvcfg_.with(Henvcfg::cbcfe, true).with(Henvcfg::cbie, CacheInvalidate::flushes);
        guest_.cache_blocks.management = host_.cache_blocks.management;
    } else if (need == Need::zeroing) {
        henvcfg_ = henvcfg_.with(Henvcfg::cbze, true);
        guest_.cache_blocks.zero = host_.cache_blocks.zero;
    } else if (need == Need::prefetch) {
        guest_.cache_blocks.prefetch = host_.cache_blocks.prefetch;
    } else if (need == Need::page_types) {
        henvcfg_ = henvcfg_.with(Henvcfg::pbmte, true);
    }
}

void Derivation::name(std::string_view extension)
{
    auto& list = guest_.extensions;
    size_t at = list.size();
    while (at != 0 && comes_before(extension, list[at - 1])) {
        --at;
    }
    if (at != 0 && list[at - 1] == extension) {
        return;
    }
    list.push_back(extension);  // there is room for all that the host names, and for what is added
    std::rotate(list.begin() + at, list.end() - 1, list.end());
}

void Derivation::name_what_the_host_names()
{
    for (const std::string_view extension : host_.extensions) {
        const Need need = need_of(extension);
        if (meets(need)) {
            name(extension);
            turn_on(need);
            if (extension.starts_with('x')) {
                hstateen0_ = hstateen0_.with(Hstateen0::custom, true);
            }
        }
    }
}

void Derivation::name_what_was_found()
{
    // We are made of these two ourselves.
    name("zicsr");
    name("zifencei");
    // Every operating system wants the time, also where not all of Zicntr is there to be named.
    const Counteren all =
        Counteren{}.with(Counteren::cycle, true).with(Counteren::time, true).with(Counteren::instret, true);
    guest_.hcounteren = Counteren{all.bits() & found_.hcounteren.bits() & found_.counters.bits()};
    if (guest_.hcounteren == all) {
        name("zicntr");
    } else {
        guest_.hcounteren = Counteren{guest_.hcounteren.bits() & Counteren::time.mask};
    }
    if (found_.sstc) {
        name("sstc");
        henvcfg_ = henvcfg_.with(Henvcfg::stce, true);
    }
    // [dt] the RISC-V extensions binding: with both, Svade is in force until the guest asks for Svadu by FWFT. With
    // neither, it must be prepared for both.
    if (sticks(Henvcfg::adue)) {
        name("svade");
        name("svadu");
        henvcfg_ = henvcfg_.with(Henvcfg::adue, true);
    }
}

void Derivation::set_controls()
{
    if (found_.henvcfg) {
        // Our device models are memory: a fence that orders a guest's device accesses must order that as well.
        guest_.henvcfg = henvcfg_.with(Henvcfg::fiom, true);
    }
    if (found_.hstateen0) {
        // senvcfg is no extension: every S-mode has it.
        guest_.hstateen0 = Hstateen0{hstateen0_.with(Hstateen0::envcfg, true).bits() & found_.hstateen0->bits()};
    }
}

}  // namespace

bool GuestIsa::has(std::string_view extension) const
{
    return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

void derive_guest_isa(const fdt::HostIsa& host, const HartFeatures& features, GuestIsa& guest)
{
    Derivation{host, features, guest}.run();
}

}  // namespace hv::vm
