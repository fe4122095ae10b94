// BASE: version 3.0, an implementation id of our own, and what probe_extension offers answers.
// CHECKLIST 55, 57, 58, 59; HOSTILE 15.
// natively: no, OpenSBI is of an older version and has its own id.
#include "support.hpp"

namespace guest {
namespace {

using sbi::Base;
using sbi::Error;
using sbi::Extension;

SbiResult base(Base function, uint64_t argument = 0)
{
    return sbi_call(Extension::base, function, argument);
}

}  // namespace

void scenario()
{
    for (const Base function : {Base::get_spec_version, Base::get_impl_id, Base::get_impl_version,
                                Base::probe_extension, Base::get_mvendorid, Base::get_marchid, Base::get_mimpid}) {
        trying("function", static_cast<uint64_t>(function));
        expect_error(base(function), Error::success);
    }
    expect_equal(base(Base::get_spec_version).value, sbi::spec_version(3, 0));
    expect_equal(base(Base::get_impl_id).value, 0x42'4b48);

    for (const Extension extension :
         {Extension::base, Extension::timer, Extension::inter_processor, Extension::remote_fence,
          Extension::hart_state, Extension::system_reset, Extension::debug_console}) {
        trying("extension", static_cast<uint64_t>(extension));
        expect(is_offered(extension), "is not offered");
    }
    for (const uint64_t function : {7U, 8U, 0x7fff'ffffU, 0xffff'ffffU}) {
        trying("function", function);
        expect_error(sbi_call_raw(static_cast<uint64_t>(Extension::base), function), Error::not_supported);
    }
    // [sbi] Binary Encoding: the extension's id is a 32-bit number, also as an argument.
    for (const uint64_t unknown : {0x9U, 0xfU, 0x11U, 0x0a42'4b48U, 0x5354'41U, 0x4e41'434cU, 0xffff'ffffU}) {
        trying("probed", unknown);
        expect(!is_offered(unknown), "is offered");
    }
}

}  // namespace guest
