//! Lines to standard output and standard error.
//!
//! `println!` and its like panic where nobody reads any more, as behind `head`, under a supervisor that
//! closed the pipe or in a terminal that is gone; a server must not die of that, nor a command say more
//! than its exit code. These drop what nobody takes. Clippy refuses the others (`src/lib.rs`).

/// Prints to standard output.
macro_rules! out {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($text)*));
        // A question without a line break is to be seen before its answer is read.
        let _ = std::io::Write::flush(&mut std::io::stdout());
    }};
}

/// Prints a line to standard output.
macro_rules! outln {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($text)*)));
    }};
}

/// Prints to standard error.
#[cfg(feature = "http")]
macro_rules! err {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!($($text)*));
    }};
}

/// Prints a line to standard error.
macro_rules! errln {
    ($($text:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{}\n", format_args!($($text)*)));
    }};
}
