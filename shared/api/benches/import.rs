//! How many rows a second are imported on one core, all but the calls of AWS, and how much memory that takes: a child of this
//! program per file, so that each has a peak of its own. `make bench-import`.
//!
//! What is timed is the whole run of an import: the check of the file, reading it again, judging each row by the rules of `POST
//! /messages`, and the messages as they would be stored, a thousand at a time. Fails below 40,000 rows a second over
//! 500,000 rows, above 256 MB, or when the memory that they take is more than one and a half times that of 10,000. Small
//! workbooks of long texts, each of which stands in thousands of cells, are not to take more than 256 MB either.

mod sink;

use baton_api::import::{ChunkLimits, Importer, Outcome, Work};
use baton_domain::{AccountId, BulkId, Currency, TaskId, Time};
use baton_pipeline::memory::StoppedClock;
use chrono::TimeDelta;
use rust_xlsxwriter::Workbook;
use sink::Sink;
use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::{Command, ExitCode},
};
use uuid::Uuid;

const FEW: u32 = 10_000;
const MANY: u32 = 500_000;
const MOST_MB: f64 = 256.0;
const MOST_GROWTH: f64 = 1.5;
const LEAST_SPEED: f64 = 40_000.0;

const HEADERS: [&str; 6] = ["Телефон", "Текст", "Отправитель", "var:name", "var:order", "Часовой пояс"];
const TEXT: &str = "{{name}}, ваш заказ {{order}} готов: заберите его до 21:00. Ваш магазин";

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().collect();
    let done = match arguments.get(1).map(String::as_str) {
        Some("--read") => arguments.get(2).map_or(Err("no file".into()), |path| read(Path::new(path)).map(|()| true)),
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

/// Imports files of both formats and sizes, each in a process of its own; whether that is quick and small enough.
fn compare() -> Result<bool, Failure> {
    let folder = tempfile::tempdir()?;
    let mut reached = true;
    for (format, write) in [("xlsx", workbook as fn(&Path, u32) -> Result<(), Failure>), ("csv", text)] {
        let mut peaks = Vec::new();
        for rows in [FEW, MANY] {
            let path = folder.path().join(format!("{rows}.{format}"));
            write(&path, rows)?;
            let (stored, seconds, megabytes) = figures(&path)?;
            let speed = stored / seconds;
            println!("{format}, {rows} rows: {speed:.0} rows/s on one core, peak {megabytes:.1} MB");
            // The start of a process counts in the time of a few rows.
            let quick = rows == FEW || speed >= LEAST_SPEED;
            reached &= quick && stored == f64::from(rows) && megabytes <= MOST_MB;
            peaks.push(megabytes);
        }
        let growth = peaks[1] / peaks[0];
        println!("{format}: {growth:.2} times the memory");
        reached &= growth <= MOST_GROWTH;
    }
    reached &= long_texts(folder.path())?;
    println!("at least {LEAST_SPEED} rows/s, at most {MOST_MB} MB and {MOST_GROWTH} times the memory");
    Ok(reached)
}

/// Imports a file in a process of its own: the messages, the seconds, and the peak of memory in MB.
fn figures(path: &Path) -> Result<(f64, f64, f64), Failure> {
    let output = Command::new(std::env::current_exe()?).arg("--read").arg(path).output()?;
    let said = String::from_utf8(output.stdout)?;
    let figures: Vec<f64> = said.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [stored, seconds, peak] = figures.as_slice() else {
        return Err(format!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr)).into());
    };
    Ok((*stored, *seconds, peak / 1024.0))
}

/// Imports workbooks of one text each: as many cells of the longest text as a row may have, and the longest rows that are
/// taken; whether that is small enough, and all that are taken are stored.
fn long_texts(folder: &Path) -> Result<bool, Failure> {
    let mut reached = true;
    for (columns, length, taken) in [(100, 32_767, 0.0), (29, 10_000, 2000.0)] {
        let path = folder.join("long.xlsx");
        repeated(&path, columns, &"a".repeat(length))?;
        let (stored, _, megabytes) = figures(&path)?;
        let packed = std::fs::metadata(&path)?.len() >> 10;
        println!("{columns} cells of {length} letters in 2000 rows, {packed} KB: peak {megabytes:.1} MB");
        reached &= stored == taken && megabytes <= MOST_MB;
    }
    Ok(reached)
}

/// A workbook of 2000 rows with the same text in so many columns.
fn repeated(path: &Path, columns: u16, text: &str) -> Result<(), Failure> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_low_memory()?;
    sheet.write_string(0, 0, "phone")?.write_string(0, 1, "text")?;
    for column in 0..columns {
        sheet.write_string(0, column + 2, format!("var:v{column}"))?;
    }
    for row in 1..=2000 {
        sheet.write_string(row, 0, format!("7999{row:07}"))?.write_string(row, 1, "Hi")?;
        for column in 0..columns {
            sheet.write_string(row, column + 2, text)?;
        }
    }
    Ok(book.save(path)?)
}

/// Imports a file, and prints the messages, seconds and the peak of memory in KB.
fn read(path: &Path) -> Result<(), Failure> {
    let now: Time = "2026-11-28T09:00:00Z".parse()?;
    let work = Work { account: AccountId(1), task: TaskId(Uuid::from_u128(1)), file: BulkId::new(now, [1; 8]).0 };
    let importer = Importer {
        ports: Sink::new(work, path, now),
        clock: StoppedClock::at(now),
        private_callbacks: false,
        short_url: "https://b.example/s".to_owned(),
        currency: Currency::RUB,
        limits: ChunkLimits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let outcome = runtime.block_on(importer.run(work, now + TimeDelta::hours(1)))?;
    assert_eq!(outcome, Outcome::Done);
    let (messages, bulks) = importer.ports.counted();
    assert_eq!(messages, bulks, "all that is stored is counted");
    let seconds = seconds_on_a_core().ok_or("no /proc/self/schedstat")?;
    println!("{messages} {seconds} {}", peak_kb().unwrap_or_default());
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

fn cells(number: u32) -> [String; 6] {
    // Spread out, so that neighbours are not alike.
    let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [
        format!("7999{number:07}"),
        TEXT.to_owned(),
        "Shop".to_owned(),
        format!("Анна {:x}", mixed >> 32),
        format!("{:010}", mixed % 10_000_000_000),
        ["Europe/Moscow", "Asia/Yekaterinburg", "Asia/Vladivostok"][number as usize % 3].to_owned(),
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
