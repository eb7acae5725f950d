//! The program `analyticbot`; everything is in the library beside it, where tests reach it.

fn main() -> std::process::ExitCode {
    server::commands::run(std::env::args_os())
}
