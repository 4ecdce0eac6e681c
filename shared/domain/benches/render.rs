//! How long it takes to render one SMS with five variables and to count its parts: in Latin letters and in Cyrillic, each the
//! median of many rounds. Fails above 5 µs.

use baton_domain::{ChannelContent, Recipient, Value, segments::segments};
use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

const AT_MOST: Duration = Duration::from_micros(5);
const ROUNDS: usize = 201;
const TIMES: u32 = 2000;

const LATIN: &str = "Dear {{name}}, your order {{order}} of {{sum}} EUR is ready: pick it up at {{place}} until {{until}}, \
    open 09:00 to 21:00. Your shop [centre]";
const CYRILLIC: &str = "{{name}}, ваш заказ {{order}} на {{sum}} руб. готов: заберите его по адресу {{place}} до {{until}}, \
    ежедневно с 09:00 до 21:00. Ваш магазин";

fn main() -> ExitCode {
    let table = [
        ("Latin", LATIN, recipient("Anna Smith", "5 High Street")),
        ("Cyrillic", CYRILLIC, recipient("Анна Сергеевна", "ул. Ленина, 5")),
    ];
    let medians = table.map(|(name, text, recipient)| {
        let (median, parts) = measure(text, &recipient);
        println!("one SMS, five variables, {parts} parts, {name}: {median:?} (at most {AT_MOST:?})");
        median
    });
    if medians.into_iter().all(|median| median <= AT_MOST) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(text: &str, recipient: &Recipient) -> (Duration, usize) {
    let content =
        ChannelContent { text: Some(text.to_owned()), from: Some("Shop".to_owned()), ..ChannelContent::default() };
    let count = || {
        let rendered = black_box(&content).render(black_box(recipient)).expect("rendered");
        segments(rendered.text.as_deref().unwrap_or_default()).parts
    };
    let mut rounds = [(); ROUNDS].map(|()| {
        let started = Instant::now();
        (0..TIMES).for_each(|_| _ = black_box(count()));
        started.elapsed() / TIMES
    });
    rounds.sort_unstable();
    (rounds[ROUNDS / 2], count())
}

fn recipient(name: &str, place: &str) -> Recipient {
    let text = |value: &str| Value::Text(value.to_owned());
    let variables = [
        ("name", text(name)),
        ("order", Value::Number(100_500.into())),
        ("sum", text("12 345,00")),
        ("place", text(place)),
        ("until", text("25.11.2026")),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
    Recipient { variables, ..Recipient::default() }
}
