//! Writes an empty sheet: `cargo run -p baton-sheets --example sheet -- sms ru sms.xlsx`.

use std::{error::Error, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [sheet, language, path] = arguments.as_slice() else {
        eprintln!("sheet <type> <ru|en> <file>");
        return ExitCode::FAILURE;
    };
    match write(sheet, language, path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(sheet: &str, language: &str, path: &str) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(path, baton_sheets::template(sheet.parse()?, language.parse()?)?)?)
}
