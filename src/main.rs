//! The `ararat` command: arguments in, exit code out.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: ararat::memory::Counting<mimalloc::MiMalloc> = ararat::memory::Counting(mimalloc::MiMalloc);

fn main() -> ExitCode {
    ararat::cli::main()
}
