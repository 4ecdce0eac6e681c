//! How many rows a second are read and packed on one core, and how much memory that takes: a child of this program per file,
//! so that each has a peak of its own. `make bench-sheets`.
//!
//! A row is what a campaign's are: a phone, a name and an order for the text, a time zone; every phone, name and order is
//! unlike all others. What is timed is all that an import does with the file but for storing: the check of the whole file,
//! reading it again, the JSON of bulks of 1,000. Fails below 40,000 rows a second, or when 500,000 rows take more than one
//! and a half times the memory of 10,000, or more than 256 MB.

use baton_sheets::{Content, Options, Reader, item};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use std::{
    error::Error,
    fs::File,
    hint::black_box,
    io::{BufWriter, Write},
    path::Path,
    process::{Command, ExitCode},
    sync::Arc,
};

const FEW: u32 = 10_000;
const MANY: u32 = 500_000;
const LEAST_ROWS: f64 = 40_000.0;
const MOST_RATIO: f64 = 1.5;
const MOST_KB: u64 = 256 << 10;
const BULK: usize = 1000;

const HEADERS: [&str; 7] =
    ["Телефон", "Текст", "Отправитель", "var:name", "var:order", "Часовой пояс", "Дата отправки"];
const TEXT: &str = "{{name}}, ваш заказ {{order}} готов: заберите его до 21:00. Ваш магазин";

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().collect();
    let done = match arguments.get(1).map(String::as_str) {
        Some("--read") => arguments.get(2).map_or(Err("no file".into()), |path| read(Path::new(path)).map(|()| true)),
        // As an argument of cargo's comes when this is run as a benchmark, everything else is left aside.
        _ => compare(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads files of both formats and sizes, each in a process of its own; whether every figure is reached.
fn compare() -> Result<bool, Failure> {
    let folder = tempfile::tempdir()?;
    let mut reached = true;
    for (format, write) in [("xlsx", workbook as fn(&Path, u32) -> Result<(), Failure>), ("csv", text)] {
        let mut peaks = Vec::new();
        for rows in [FEW, MANY] {
            let path = folder.path().join(format!("{rows}.{format}"));
            write(&path, rows)?;
            let size = path.metadata()?.len() as f64 / f64::from(1 << 20);
            let output = Command::new(std::env::current_exe()?).arg("--read").arg(&path).output()?;
            let said = String::from_utf8(output.stdout)?;
            let figures: Vec<f64> = said.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
            let [read, seconds, peak] = figures.as_slice() else {
                return Err(format!("{format}: {}", String::from_utf8_lossy(&output.stderr)).into());
            };
            let speed = read / seconds;
            println!(
                "{format}, {rows} rows, {size:.1} MB: {speed:.0} rows/s on one core, peak {:.1} MB",
                peak / 1024.0
            );
            // A tenth of a second says little of the speed.
            reached &= (rows == FEW || speed >= LEAST_ROWS) && *read == f64::from(rows) && *peak <= MOST_KB as f64;
            peaks.push(*peak);
        }
        let ratio = peaks[1] / peaks[0];
        println!("{format}, peak at {MANY} rows to peak at {FEW}: {ratio:.2} (at most {MOST_RATIO})");
        reached &= ratio <= MOST_RATIO;
    }
    println!("at least {LEAST_ROWS} rows/s, at most {} MB", MOST_KB >> 10);
    Ok(reached)
}

/// Reads a file as an import does, and prints rows, seconds and the peak of memory in KB.
fn read(path: &Path) -> Result<(), Failure> {
    let mut reader = Reader::open(File::open(path)?, Options::default())?;
    let found = reader.check()?;
    let (mut rows, mut bulk) = (0, Vec::<(Arc<Content>, Vec<Value>)>::new());
    let mut pending = 0;
    for row in &mut reader {
        let message = row?.message.map_err(|faults| format!("{faults:?}"))?;
        match bulk.iter_mut().find(|(content, _)| *content == message.content) {
            Some((_, destinations)) => destinations.push(message.destination),
            None => bulk.push((message.content, vec![message.destination])),
        }
        (rows, pending) = (rows + 1, pending + 1);
        if pending == BULK {
            pack(&mut bulk)?;
            pending = 0;
        }
    }
    pack(&mut bulk)?;
    assert_eq!(rows, found.rows, "all rows");
    println!("{rows} {} {}", seconds_on_a_core().ok_or("no /proc/self/schedstat")?, peak_kb().unwrap_or_default());
    Ok(())
}

fn pack(bulk: &mut Vec<(Arc<Content>, Vec<Value>)>) -> Result<(), Failure> {
    let items: Vec<_> = bulk.drain(..).map(|(content, destinations)| item(&content, None, destinations)).collect();
    black_box(serde_json::to_vec(&items)?);
    Ok(())
}

/// How long this process has been on a core, which other programs on the machine do not change. It has one thread.
fn seconds_on_a_core() -> Option<f64> {
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(spent.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn cells(number: u32) -> [String; 7] {
    // Spread out, so that neighbours are not alike.
    let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [
        format!("7999{number:07}"),
        TEXT.to_owned(),
        "Shop".to_owned(),
        format!("Анна {:x}", mixed >> 32),
        format!("{:010}", mixed % 10_000_000_000),
        ["Europe/Moscow", "Asia/Yekaterinburg", "Asia/Vladivostok"][number as usize % 3].to_owned(),
        "2026-12-01".to_owned(),
    ]
}

/// A workbook as Excel saves it: every text in the table of texts.
fn workbook(path: &Path, rows: u32) -> Result<(), Failure> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_low_memory()?;
    for (header, column) in HEADERS.iter().zip(0_u16..) {
        sheet.write_string(0, column, *header)?;
    }
    for row in 1..=rows {
        for (cell, column) in cells(row).iter().zip(0_u16..) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(book.save(path)?)
}

fn text(path: &Path, rows: u32) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{}", HEADERS.join(";"))?;
    for row in 1..=rows {
        writeln!(file, "{}", cells(row).join(";"))?;
    }
    Ok(file.flush()?)
}
