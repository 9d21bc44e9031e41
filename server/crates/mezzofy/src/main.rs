//! `mezzofy`: one binary with a command for everything.

use std::process::ExitCode;

fn main() -> ExitCode {
    mezzofy::cli::main()
}
