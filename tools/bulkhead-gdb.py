"""Commands for gdb that know the hypervisor and its guests: `bulkhead vcpu`, `bulkhead stage2`, and others.

    gdb-multiarch build/gcc/hypervisor.elf -x tools/bulkhead-gdb.py -ex "target remote ..."

`./run.sh --gdb` prints the whole line. `help bulkhead` lists the commands. The machine must be stopped, and be QEMU:
the guest's and the hypervisor's memory are read by QEMU's physical addresses, whatever the hart at hand is doing.
"""

import collections
import contextlib

try:
    import gdb
except ImportError:  # in the tests, which try what needs no gdb
    gdb = None

# --- page tables, which need no gdb -----------------------------------------------------------------------------

# [priv] Supervisor: satp, Hypervisor: hgatp. By MODE: the name, and how many levels.
SCHEMES = {8: ("Sv39", 3), 9: ("Sv48", 4), 10: ("Sv57", 5)}
LEAF_BITS = 0b1110  # R, W, X
PPN_MASK = (1 << 44) - 1

# One entry that was read: the level (0 maps 4 KiB), where it lies, and its bits.
Step = collections.namedtuple("Step", "level at entry")
# How a translation went: its steps, and the address, or None and why there is none.
Walk = collections.namedtuple("Walk", "scheme steps address reason")


def entry_text(entry):
    """An entry in words: where it points, and its flags; a dot for each that is not set."""
    flags = "".join(letter if entry >> bit & 1 else "." for bit, letter in enumerate("vrwxugad"))
    target = (entry >> 10 & PPN_MASK) << 12
    kind = "not valid" if not entry & 1 else "maps" if entry & LEAF_BITS else "table at"
    return f"{flags} {kind}" + (f" {target:#x}" if entry & 1 else "")


def is_canonical(address, bits, guest):
    """Whether the bits above those that are translated are as they must be."""
    if guest:
        return address >> bits == 0
    return address >> (bits - 1) in (0, (1 << (65 - bits)) - 1)


def walk(read, atp, address, guest=False):
    """Translates an address by the tables that satp, vsatp, or (with `guest`) hgatp names. `read` gives the 8 bytes at
    an address as a number, or raises LookupError with the reason."""
    mode, root = atp >> 60, (atp & PPN_MASK) << 12
    if mode == 0:
        return Walk("Bare", [], address, "")
    if mode not in SCHEMES:
        return Walk(f"mode {mode}", [], None, f"mode {mode} is none that there is")
    name, levels = SCHEMES[mode]
    # A root of hgatp's has four times the entries: two more bits of the address.
    extra = 2 if guest else 0
    scheme, bits = name + ("x4" if guest else ""), 12 + 9 * levels + extra
    if not is_canonical(address, bits, guest):
        return Walk(scheme, [], None, f"{scheme} cannot translate that address")
    steps, table = [], root & ~(0x3fff if guest else 0xfff)
    for level in reversed(range(levels)):
        width = 9 + (extra if level == levels - 1 else 0)
        at = table + 8 * (address >> (12 + 9 * level) & (1 << width) - 1)
        try:
            entry = read(at)
        except LookupError as error:
            return Walk(scheme, steps, None, f"the entry at {at:#x} cannot be read: {error}")
        steps.append(Step(level, at, entry))
        target = (entry >> 10 & PPN_MASK) << 12
        if not entry & 1:
            return Walk(scheme, steps, None, "the entry is not valid")
        if entry & 0b110 == 0b100:
            return Walk(scheme, steps, None, "the entry is writable and not readable, which is reserved")
        if entry & LEAF_BITS:
            offset = address & (1 << (12 + 9 * level)) - 1
            if target & (1 << (12 + 9 * level)) - 1:
                return Walk(scheme, steps, None, "the large page is not aligned to its size")
            return Walk(scheme, steps, target | offset, "")
        table = target
    return Walk(scheme, steps, None, "the last level points to another table")


def through_stage_2(read, hgatp):
    """A `read` for walk() that takes guest-physical addresses."""
    def read_guest(address):
        found = walk(read, hgatp, address, guest=True)
        if found.address is None:
            raise LookupError(f"guest-physical {address:#x}: {found.reason}")
        return read(found.address)
    return read_guest


def two_stages(read, vsatp, hgatp, address):
    """Translates a guest's virtual address: the two Walks, the second one None where the first found nothing."""
    first = walk(through_stage_2(read, hgatp), vsatp, address)
    return first, None if first.address is None else walk(read, hgatp, first.address, guest=True)


def walk_lines(found, address, kind, result_kind):
    """A Walk as lines: `kind` and `result_kind` are what the two addresses are, such as "guest-physical"."""
    lines = [f"{kind} {address:#x}, {found.scheme}"]
    lines += [f"  level {step.level}  {step.at:#014x}  {step.entry:#018x}  {entry_text(step.entry)}"
              for step in found.steps]
    lines.append(f"  {result_kind} {found.address:#x}" if found.address is not None else f"  nowhere: {found.reason}")
    return lines


def oldest_first(records, next_index):
    """A ring's records in the order that they were written, without those that never were. A record is a tuple."""
    size = len(records)
    turned = [records[(next_index + i) % size] for i in range(size)]
    written = [i for i, record in enumerate(turned) if any(record)]
    return turned[written[0]:] if written else []


# --- the machine, by gdb ----------------------------------------------------------------------------------------

@contextlib.contextmanager
def physical_memory():
    """Makes addresses physical for gdb, which are otherwise translated as the hart at hand would: by the guest's
    tables, where it is in one."""
    def packet(text):
        return gdb.execute(f"maintenance packet {text}", to_string=True)
    if '"OK"' not in packet("Qqemu.PhyMemMode:1"):
        raise gdb.GdbError("this needs QEMU at the other end, stopped (target remote)")
    try:
        yield
    finally:
        packet("Qqemu.PhyMemMode:0")


def read_word(address):
    """8 bytes of physical memory, for walk()."""
    try:
        return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, 8)), "little")
    except gdb.error as error:
        raise LookupError(str(error)) from error


def register(name):
    """A register of the selected hart; None where it has none of that name."""
    value = gdb.parse_and_eval(f"${name}")
    return None if value.type.code == gdb.TYPE_CODE_VOID else int(value) & (1 << 64) - 1


def number(argument):
    """An argument, an expression of gdb's, as a number."""
    return int(gdb.parse_and_eval(argument)) & (1 << 64) - 1


@contextlib.contextmanager
def selected(thread):
    """Selects a thread, and then again the one that was."""
    before = gdb.selected_thread()
    thread.switch()
    try:
        yield
    finally:
        before.switch()


# --- the hypervisor's records: all that knows its structures -----------------------------------------------------

def hart_records():
    """Every HartRecord that was made, the boot hart's first."""
    records = [gdb.parse_and_eval("boot_hart")]
    following = gdb.parse_and_eval("hart_list")
    while int(following):
        records.append(following.dereference())
        following = following["next"]
    return records


class Hart:
    """A hart of the machine: gdb's thread for it, its record, and what it is doing."""

    def __init__(self, thread, records):
        self.thread = thread
        with selected(thread):
            self.id, privilege, stvec = register("mhartid"), register("priv") & 3, register("stvec")
        self.record = next((record for record in records if int(record["id"]) == self.id and is_online(record)), None)
        # While a guest runs, QEMU calls the guest's CSRs by their S names, and keeps ours hidden. stvec is then none
        # of those that the hypervisor ever has.
        ours = {int(gdb.parse_and_eval(f"(unsigned long)&{name}")) for name in ("trap_entry", "guest_trap_entry")}
        self.in_firmware = privilege == 3
        self.in_guest = self.vcpu is not None and not self.in_firmware and stvec not in ours

    @property
    def vcpu(self):
        """The Vcpu that it runs, or None."""
        pointer = self.record["guest"]["vcpu"] if self.record is not None else 0
        return pointer.dereference() if int(pointer) else None

    @property
    def guest_name(self):
        """The name of the guest whose vCPU it runs."""
        return text_of(self.vcpu["guest"]["plan_"]["name"])

    def title(self):
        """Which vCPU it runs, and where it is."""
        return (f"guest {self.guest_name}, vCPU {int(self.vcpu['index'])} on hart {self.id} "
                f"(thread {self.thread.num}), {self.place()}")

    def place(self):
        """Where it is, in words."""
        if self.in_firmware or self.record is None:
            return "in the firmware"
        return "in the guest" if self.in_guest else "in the hypervisor"

    def vs_csr(self, name):
        """A CSR of its guest, or another one of its own, by its name: vsatp, hgatp. The hart is selected."""
        if self.in_guest and name in SWAPPED:
            return register(name[1:])
        return register(name)


def is_online(record):
    """Whether a hart that has this record runs it. The boot hart does without being asked."""
    return int(record["online"]["_M_i"]) != 0 or int(record["index"]) == 0


def harts():
    """All harts that gdb sees."""
    records = hart_records()
    return [Hart(thread, records) for thread in sorted(gdb.selected_inferior().threads(), key=lambda each: each.num)]


def selected_hart():
    """The hart at hand."""
    return Hart(gdb.selected_thread(), hart_records())


def named_vcpu(arguments):
    """What GUEST/N, `GUEST N` and N name: the guest, or None, and the text of N."""
    guest, _, index = "/".join(arguments).rpartition("/")
    return guest or None, index


def the_one(found, places):
    """The only one of these harts; else LookupError, with what runs on them by `places`."""
    if not found:
        raise LookupError("no hart runs such a vCPU; `bulkhead harts` lists them")
    if len(found) > 1:
        raise LookupError(f"several guests have such a vCPU: say {' or '.join(places)}")
    return found[0]


def hart_of_vcpu(arguments):
    """The hart that runs the vCPU that these name; without any, the vCPU of the selected hart."""
    found = [hart for hart in harts() if hart.vcpu is not None]
    if arguments:
        guest, index_text = named_vcpu(arguments)
        index = number(index_text)
        found = [hart for hart in found if int(hart.vcpu["index"]) == index and guest in (None, hart.guest_name)]
    elif len(found) > 1:
        found = [hart for hart in found if hart.thread.num == gdb.selected_thread().num]
    try:
        return the_one(found, sorted(f"{hart.guest_name}/{int(hart.vcpu['index'])}" for hart in found))
    except LookupError as error:
        raise gdb.GdbError(str(error)) from error


def text_of(view):
    """A std::string_view's text."""
    return view["_M_str"].string(length=int(view["_M_len"])) if int(view["_M_len"]) else ""


def elements(array):
    """The elements of a C array, or of a std::array."""
    if array.type.strip_typedefs().code != gdb.TYPE_CODE_ARRAY:
        array = array["_M_elems"]
    low, high = array.type.strip_typedefs().range()
    return [array[i] for i in range(low, high + 1)]


def exit_record(record):
    """An ExitRecord as a tuple."""
    return tuple(int(record[name]) for name in ("pc", "scause", "detail", "instret"))


def exits_of(frame):
    """A GuestFrame's last exits, the oldest first."""
    if not int(frame["ring"]):
        return []
    records = elements(frame["ring"].dereference())
    size = int(records[0].type.sizeof)
    next_index = (int(frame["next_record"]) - int(frame["ring"])) // size
    return oldest_first([exit_record(record) for record in records], next_index)


def exit_counts_of(frame):
    """A GuestFrame's counts: name, count, instructions, worst; those of causes that happened."""
    names = [field.name.rpartition("::")[2].replace("_", " ")
             for field in gdb.lookup_type("hv::vm::ExitCause").fields()]
    rows = [(name, *(int(count[field]) for field in ("count", "instructions", "worst")))
            for name, count in zip(names, elements(frame["counts"]["of"]))]
    return [row for row in rows if row[1]]


# --- the commands -----------------------------------------------------------------------------------------------

REGISTERS = ("ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
# [priv] Hypervisor: Virtual Supervisor CSRs, those that take the place of the S ones.
SWAPPED = "vsstatus vstvec vsscratch vsepc vscause vstval vsatp".split()
VS_CSRS = ("vsstatus vstvec vsscratch vsepc vscause vstval vsatp vsie vsip hgatp hstatus hvip htimedelta "
           "vstimecmp htval htinst").split()


def columns(pairs, count=3):
    """Names and numbers, some to a line."""
    cells = [f"{name:<10} {value:#018x}" for name, value in pairs if value is not None]
    return ["  " + "   ".join(cells[at:at + count]) for at in range(0, len(cells), count)]


def harts_lines(_arguments):
    """bulkhead harts: each hart, what it is doing, and which vCPU of which guest it runs."""
    lines = []
    for hart in harts():
        runs = f", runs vCPU {int(hart.vcpu['index'])} of guest {hart.guest_name}" if hart.vcpu is not None else ""
        lines.append(f"thread {hart.thread.num}: hart {hart.id}, {hart.place()}{runs}")
    return lines


def vcpu_lines(arguments):
    """bulkhead vcpu [[GUEST/]N]: its registers, the hart's own while it is in the guest, else as saved when it left."""
    hart = hart_of_vcpu(arguments)
    frame = hart.record["guest"]
    with selected(hart.thread):
        csrs = [(name, hart.vs_csr(name)) for name in VS_CSRS]
        pc = register("pc") if hart.in_guest else int(elements(frame["slots"])[0])
        values = [register(name) if hart.in_guest else int(saved)
                  for name, saved in zip(REGISTERS, elements(frame["slots"])[1:])]
    lines = [hart.title()]
    if not hart.in_guest:
        lines.append("  as it left the guest; on a fast path, pc and s0 to s11 are still in the hart: sepc, s0, ...")
    return lines + columns([("pc", pc), *zip(REGISTERS, values)]) + columns(csrs)


def stage2_lines(arguments):
    """bulkhead stage2 GPA [HGATP]: the stage-2 walk of a guest-physical address."""
    address = number(arguments[0])
    hgatp = number(arguments[1]) if len(arguments) > 1 else register("hgatp")
    return walk_lines(walk(read_word, hgatp, address, guest=True), address, "guest-physical", "physical")


def walk_command_lines(arguments):
    """bulkhead walk GVA [VSATP [HGATP]]: both walks of a guest's virtual address."""
    address = number(arguments[0])
    vsatp = number(arguments[1]) if len(arguments) > 1 else selected_hart().vs_csr("vsatp")
    hgatp = number(arguments[2]) if len(arguments) > 2 else register("hgatp")
    first, second = two_stages(read_word, vsatp, hgatp, address)
    lines = walk_lines(first, address, "guest-virtual", "guest-physical")
    return lines + (walk_lines(second, first.address, "guest-physical", "physical") if second else [])


def exits_lines(arguments):
    """bulkhead exits [[GUEST/]N]: a vCPU's exits, counted, and the last of them."""
    hart = hart_of_vcpu(arguments)
    frame = hart.record["guest"]
    lines = [hart.title(), f"{'exits':>12} {'instructions':>14} {'worst':>8}  cause"]
    lines += [f"{count:>12} {instructions:>14} {worst:>8}  {name}"
              for name, count, instructions, worst in exit_counts_of(frame)]
    lines.append("the last ones, the oldest first: pc, scause, a7 of a call or stval, instret")
    return lines + [f"  {pc:#018x}  {scause:#018x}  {detail:#018x}  {instret}"
                    for pc, scause, detail, instret in exits_of(frame)]


def elements_of_vector(vector):
    """The elements of an hv::Vector."""
    first, count = vector["begin_"], int(vector["end_"] - vector["begin_"])
    return [first[i] for i in range(count)]


def owners():
    """The table of owners: None before the hypervisor has made it."""
    pointer = gdb.parse_and_eval("ownership_table")
    return pointer.dereference() if int(pointer) else None


def owner_text(table, owner, what=""):
    """An Owner in words, as the audit says it."""
    kind, index = str(owner["kind"]).rpartition("::")[2], int(owner["index"])
    if kind == "guest":
        return f"guest {text_of(elements_of_vector(table['guests_'])[index])}" + (f" ({what})" if what else "")
    if kind == "shared":
        return f"the shared memory {text_of(elements_of_vector(table['shared_'])[index]['name'])}"
    if kind == "hypervisor":
        return f"the hypervisor ({what})" if what else "the hypervisor"
    return f"nobody ({what})" if what else "nobody"


def owned_lines(table, address):
    """Whose a physical address is, and where guests see it."""
    for owned in elements_of_vector(table["ranges_"]):
        start, size = int(owned["range"]["start"]["value_"]), int(owned["range"]["size"])
        if start <= address < start + size:
            lines = [f"physical {address:#x}: {owner_text(table, owned['owner'], text_of(owned['what']))}, "
                     f"{start:#x}..{start + size:#x}"]
            break
    else:
        return [f"physical {address:#x}: nobody"]
    for view in elements_of_vector(table["views_"]):
        region = view["region"]
        host, size = int(region["host"]["value_"]), int(region["range"]["size"])
        if host <= address < host + size:
            name = text_of(elements_of_vector(table["guests_"])[int(view["guest"])])
            at = int(region["range"]["start"]["value_"]) + address - host
            access = str(region["access"]).rpartition("::")[2].replace("_", " ")
            lines.append(f"  guest {name} sees it at {at:#x}, {access}")
    return lines


def owner_lines(arguments):
    """bulkhead owner [ADDRESS]: whose a physical address is; without one, who owns what of the machine."""
    table = owners()
    if table is None:
        raise gdb.GdbError("nobody owns anything yet: the hypervisor is still booting")
    if arguments:
        return owned_lines(table, number(arguments[0]))
    lines = []
    for owned in elements_of_vector(table["ranges_"]):
        start, size = int(owned["range"]["start"]["value_"]), int(owned["range"]["size"])
        lines.append(f"{start:#014x}..{start + size:#014x}  "
                     f"{owner_text(table, owned['owner'], text_of(owned['what']))}")
    for kind in ("hart", "interrupt"):
        lines += [f"{kind} {int(each['number'])}: {owner_text(table, each['owner'])}"
                  for each in elements_of_vector(table[f"{kind}s_"])]
    return lines


def symbols_lines(arguments):
    """bulkhead guest-symbols FILE [ADDRESS]: a guest's symbols; its text is at ADDRESS, or where it was linked."""
    file = arguments[0].replace("\\", "\\\\").replace('"', '\\"')
    return [gdb.execute(f'add-symbol-file "{file}" {" ".join(arguments[1:])}', to_string=True).rstrip()]


# Name, arguments at least and at most, and what prints it. The last one needs no machine.
COMMANDS = [("harts", 0, 0, harts_lines), ("vcpu", 0, 2, vcpu_lines), ("stage2", 1, 2, stage2_lines),
            ("walk", 1, 3, walk_command_lines), ("exits", 0, 2, exits_lines),
            ("owner", 0, 1, owner_lines), ("guest-symbols", 1, 2, symbols_lines)]


def make_command(name, least, most, lines):
    """Makes `bulkhead NAME` of a function that returns lines."""
    class Command(gdb.Command):
        __doc__ = lines.__doc__

        def invoke(self, argument, _from_tty):
            """What gdb calls."""
            arguments = gdb.string_to_argv(argument)
            if not least <= len(arguments) <= most:
                raise gdb.GdbError(self.__doc__)
            try:
                with contextlib.nullcontext() if lines is symbols_lines else physical_memory():
                    gdb.write("\n".join(lines(arguments)) + "\n")
            except (gdb.error, RuntimeError) as error:
                raise gdb.GdbError(str(error)) from error

    file_names = lines is symbols_lines
    Command(f"bulkhead {name}", gdb.COMMAND_DATA, gdb.COMPLETE_FILENAME if file_names else gdb.COMPLETE_EXPRESSION)


def main():
    """Makes the commands."""
    class Bulkhead(gdb.Command):
        """What the hypervisor and its guests are doing. `help bulkhead` lists the commands."""

        def __init__(self):
            super().__init__("bulkhead", gdb.COMMAND_DATA, prefix=True)

    Bulkhead()
    for command in COMMANDS:
        make_command(*command)


if gdb:
    main()
