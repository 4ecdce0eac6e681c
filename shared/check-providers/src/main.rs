//! `check-providers`: are the providers documents sound, and do the providers take the credentials in them?
//!
//! `check-providers FILE` reads the documents of all channels from a file (`-`: from the input), `check-providers --stack NAME`
//! those of a deployed stack from its parameters, `--path PATH` from another path of parameters than the stack's usual one.
//! With `--offline` the documents are read and nobody is called.
//!
//! A table of the providers goes to the output, faults to the error output, each with its path. Exit code 0: all is well; 1:
//! something is not; 2: it could not be found out.

mod check;
mod context;
mod source;

use source::Source;
use std::{env, process::ExitCode};

const USAGE: &str = "usage: check-providers [--offline] FILE | - | --stack NAME | --path PATH";

struct Options {
    source: Source,
    offline: bool,
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let (mut source, mut offline) = (None, false);
    while let Some(argument) = arguments.next() {
        let found = match argument.as_str() {
            "--offline" => {
                offline = true;
                continue;
            }
            "--stack" => Source::Parameters(format!("/baton/{}/providers", arguments.next()?)),
            "--path" => Source::Parameters(arguments.next()?),
            "-" => Source::Input,
            option if option.starts_with('-') => return None,
            file => Source::File(file.into()),
        };
        if source.replace(found).is_some() {
            return None;
        }
    }
    Some(Options { source: source?, offline })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(options) = options(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Whether all is well.
async fn run(options: &Options) -> Result<bool, String> {
    let aws = context::aws(options.offline).await;
    let documents = match options.source.read(&aws).await? {
        Ok(documents) => documents,
        Err(faults) => {
            faults.iter().for_each(check::print_fault);
            return Ok(false);
        }
    };
    check::check(&documents, &context::context(aws)?, options.offline).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(Source, bool)> {
        options(line.split_whitespace().map(str::to_owned)).map(|options| (options.source, options.offline))
    }

    #[test]
    fn one_source_is_named() {
        assert_eq!(read("p.json"), Some((Source::File("p.json".into()), false)));
        assert_eq!(read("--offline -"), Some((Source::Input, true)));
        assert_eq!(read("--stack b --offline"), Some((Source::Parameters("/baton/b/providers".to_owned()), true)));
        assert_eq!(read("--path /x"), Some((Source::Parameters("/x".to_owned()), false)));
        for wrong in ["", "--offline", "a b", "a --stack b", "--stack", "--path", "--all p.json"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
