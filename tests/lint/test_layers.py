"""Who may include whom: lib <- isa <- fdt, mm <- dev <- vm || arch <- plat <- main."""

import pathlib

import source_tree as tree

# For each layer, the others that its files may include. The names right of the bar never appear left of it.
MAY_INCLUDE = {
    "lib": set(),
    "isa": {"lib"},
    "fdt": {"lib", "isa"},
    "mm": {"lib", "isa"},
    "dev": {"lib", "isa", "fdt", "mm"},
    "vm": {"lib", "isa", "fdt", "mm", "dev"},
    "arch": {"lib", "isa", "fdt", "mm", "dev", "vm"},
    "plat": {"lib", "isa", "fdt", "mm", "dev", "vm", "arch"},
    # The built-in guest is a program of its own, that is linked with pure code and runs in VS-mode.
    "guest": {"lib", "isa", "fdt"},
    "main": {"lib", "isa", "fdt", "mm", "dev", "vm", "arch", "plat"},
}

# The headers that a freestanding C++20 compiler brings.
FREESTANDING = set("""algorithm array atomic bit compare concepts cstddef cstdint limits memory new optional span
    string_view tuple type_traits utility variant""".split())


def kernel_files():
    """The C++ and assembly files that become the kernel."""
    return [name for name in tree.files() if name.startswith(("include/", "src/")) and
            name.endswith((*tree.CPP, ".S"))]


def test_every_folder_of_the_kernel_is_a_layer():
    tree.report(sorted({f"{name} is in no layer" for name in kernel_files()
                        if tree.layer_of(name) not in MAY_INCLUDE}))


def test_includes_point_only_to_the_left():
    findings = []
    for name in kernel_files():
        layer = tree.layer_of(name)
        for include in tree.includes(name):
            parts = include.strip('<>"').split("/")
            if parts[0] == "hv" and len(parts) == 3 and parts[1] not in MAY_INCLUDE.get(layer, set()) | {layer}:
                findings.append(f"{name}: {layer} may not include {include}")
    tree.report(findings)


def test_the_seam_is_included_by_lib_and_by_metal_only():
    tree.report([f"{name} includes <hv/seam.hpp>" for name in kernel_files()
                 if "<hv/seam.hpp>" in tree.includes(name) and tree.layer_of(name) not in ("lib", "arch")])


def test_the_kernel_includes_only_its_own_headers_and_freestanding_ones():
    findings = []
    for name in kernel_files():
        for include in tree.includes(name):
            own = include.startswith("<hv/") or (include[0] == '"' and "/" not in include)
            if not own and include.strip("<>") not in FREESTANDING:
                findings.append(f"{name} includes {include}")
    tree.report(findings)


def test_a_source_with_a_header_of_its_name_includes_that_first():
    findings = []
    for name in kernel_files():
        path = pathlib.PurePath(name)
        if path.suffix != ".cpp":
            continue
        public = f"include/hv/{path.parent.name}/{path.stem}.hpp"
        private = str(path.with_suffix(".hpp"))
        for header, include in ((public, f"<hv/{path.parent.name}/{path.stem}.hpp>"), (private, f'"{path.stem}.hpp"')):
            if header in tree.files() and tree.includes(name)[:1] != [include]:
                findings.append(f"{name} includes {header} not first")
    tree.report(findings)


def first_header(name):
    """The project header that a file includes first, through a helper beside it where there is one."""
    first = next(iter(tree.includes(name)), "")
    beside = f"{pathlib.PurePath(name).parent}/{first[1:-1]}"
    return first_header(beside) if first.startswith('"') and beside in tree.files() else first


def test_a_unit_test_includes_the_header_under_test_first():
    tree.report([f"{name} includes {first_header(name)} first" for name in tree.cpp_files("tests/unit/")
                 if name.endswith("_test.cpp")
                 and not first_header(name).startswith(f"<hv/{pathlib.PurePath(name).parent.name}/")])


def test_no_header_includes_itself_by_way_of_others():
    headers = {name.removeprefix("include/"): name for name in kernel_files() if name.startswith("include/")}

    def cycle_from(header, path):
        if header in path:
            circle = path[path.index(header):]
            first = circle.index(min(circle))
            return " -> ".join([*circle[first:], *circle[:first], circle[first]])
        nexts = (include.strip("<>") for include in tree.includes(headers[header]))
        return next(filter(None, (cycle_from(name, path + [header]) for name in nexts if name in headers)), None)

    tree.report(sorted({cycle for header in headers if (cycle := cycle_from(header, []))}))
