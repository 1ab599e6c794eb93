//! Link settings of the `ararat` binary.

// The build script's business is what cargo says in its environment.
#[allow(clippy::disallowed_methods)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let of_target = |name: &str| std::env::var(name).unwrap_or_default();
    let linux_with_glibc = of_target("CARGO_CFG_TARGET_OS") == "linux" && of_target("CARGO_CFG_TARGET_ENV") == "gnu";
    if linux_with_glibc && of_target("CARGO_CFG_TARGET_ARCH") == "x86_64" {
        // A fixed address spares the loader 31,000 relocations in 130 pages, a quarter of the start-up of
        // a script that prints one line. Stack, heap and libraries stay at random addresses.
        println!("cargo::rustc-link-arg-bins=-no-pie");
        link_unwinder_into_the_binary();
    }
}

/// Has the unwinder linked into the binary where the compiler has it as an archive: finding, mapping and binding its
/// shared library is a tenth of the same start-up.
#[allow(clippy::disallowed_methods)]
fn link_unwinder_into_the_binary() {
    let Some(out) = std::env::var_os("OUT_DIR").map(std::path::PathBuf::from) else { return };
    let asked = std::process::Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    let Ok(answer) = asked else { return };
    let archive = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    // The linker finds this script before the library of the same name, and takes the archive instead.
    let script = out.join("libgcc_s.so");
    if std::path::Path::new(&archive).is_absolute() && std::fs::write(script, format!("INPUT({archive})\n")).is_ok() {
        println!("cargo::rustc-link-arg-bins=-L{}", out.display());
    }
}
