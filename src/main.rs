//! The `ararat` command: arguments in, exit code out.

use ararat::memory::Counting;
use mimalloc::MiMalloc;
use std::process::ExitCode;

#[cfg(target_os = "linux")]
use ararat::memory::large::LargeApart;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: Counting<LargeApart<MiMalloc>> = Counting(LargeApart(MiMalloc));

#[cfg(not(target_os = "linux"))]
#[global_allocator]
static ALLOCATOR: Counting<MiMalloc> = Counting(MiMalloc);

fn main() -> ExitCode {
    ararat::cli::main()
}
