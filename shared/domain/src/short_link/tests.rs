use super::*;
use crate::BulkId;
use proptest::prelude::*;
use std::collections::HashSet;

fn message(index: u16) -> MessageId {
    MessageId::new(BulkId(Uuid::from_u128(0x0192_f3c4_aaaa_7000_bbbb_cccc_dddd_eeee)), index)
}

fn found(text: &str) -> Vec<&str> {
    find(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn links_are_found_as_a_person_finds_them() {
    let table: [(&str, &[&str]); 32] = [
        ("Смотрите https://example.org/a.", &["https://example.org/a"]),
        ("https://example.org/a, https://example.org/b!", &["https://example.org/a", "https://example.org/b"]),
        ("(https://example.org/a)", &["https://example.org/a"]),
        ("[https://example.org/a], <https://example.org/b>", &["https://example.org/a", "https://example.org/b"]),
        ("https://example.org/wiki/Link_(game)", &["https://example.org/wiki/Link_(game)"]),
        ("(см. https://example.org/wiki/Link_(game))", &["https://example.org/wiki/Link_(game)"]),
        ("\"https://example.org/a\" 'https://example.org/b'", &["https://example.org/a", "https://example.org/b"]),
        ("Сайт: https://пример.рф", &["https://пример.рф"]),
        ("Сайт https://пример.рф.", &["https://пример.рф"]),
        ("«https://пример.рф/путь», “https://example.org/a”", &["https://пример.рф/путь", "https://example.org/a"]),
        (
            "https://магазин.пример.рф:8443/путь?ключ=знач&b=2#якорь;",
            &["https://магазин.пример.рф:8443/путь?ключ=знач&b=2#якорь"],
        ),
        ("https://пример.рф#якорь", &["https://пример.рф#якорь"]),
        ("https://example.org#a, https://example.org?b=1", &["https://example.org#a", "https://example.org?b=1"]),
        ("https://пример.рф/путь…", &["https://пример.рф/путь"]),
        ("https://пример.рф/путь — там", &["https://пример.рф/путь"]),
        ("https://пример.рф/путь\u{a0}там", &["https://пример.рф/путь"]),
        ("Тутhttps://example.org/a", &["https://example.org/a"]),
        ("Сайт:https://example.org/a", &["https://example.org/a"]),
        ("HTTPS://EXAMPLE.ORG/A?B=C.", &["HTTPS://EXAMPLE.ORG/A?B=C"]),
        ("Http://Пример.РФ/А", &["Http://Пример.РФ/А"]),
        ("http://example.org:8080/a?b=c%20d&e[]=1#f", &["http://example.org:8080/a?b=c%20d&e[]=1#f"]),
        ("https://user:pass@example.org/a", &["https://user:pass@example.org/a"]),
        ("https://10.0.0.1/a?", &["https://10.0.0.1/a"]),
        ("https://日本語.jp/道、次", &["https://日本語.jp/道"]),
        ("https://xn--e1afmkfd.xn--p1ai/a", &["https://xn--e1afmkfd.xn--p1ai/a"]),
        ("https://example.org/a\nhttps://example.org/b", &["https://example.org/a", "https://example.org/b"]),
        ("ftp://example.org/a javascript://example.org/%0aalert(1) mailto:a@example.org", &[]),
        ("tel:+79990000000 viber://chat?number=1 tg://resolve?domain=a", &[]),
        ("example.org/a пример.рф www.example.org", &[]),
        ("http:// https:///a ://x https:/example.org", &[]),
        ("В 15://30 и 1:2", &[]),
        ("", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn a_link_is_replaced_only_when_it_is_longer() {
    let base = "https://b.example/s";
    // A short link has 27 characters here.
    let (same, longer) = ("https://example.org/1234567", "https://example.org/12345678");
    assert_eq!((long_links(same, base), long_links(longer, base)), (Ok(vec![]), Ok(vec![longer])));
    let text = format!("{same} {longer} ({longer}).");
    assert_eq!(long_links(&text, base), Ok(vec![longer]));
    let shown = with_codes(&text, base, |url| (url == longer).then_some("AbCd012"));
    assert_eq!(shown, format!("{same} {base}/AbCd012 ({base}/AbCd012)."));
}

#[test]
fn links_may_be_too_long_or_too_many() {
    let base = "https://b.example/s";
    let link = |length: usize| format!("https://example.org/{}", "я".repeat(length - 20));
    assert_eq!(long_links(&link(MOST_LINK), base).map(|links| links.len()), Ok(1));
    assert_eq!(long_links(&link(MOST_LINK + 1), base), Err(LinkFault::TooLong(MOST_LINK + 1)));
    let many = |count: usize| (0..count).map(|n| format!("https://example.org/a/long/link/{n} ")).collect::<String>();
    assert_eq!(long_links(&many(MOST_LINKS), base).map(|links| links.len()), Ok(MOST_LINKS));
    assert_eq!(long_links(&many(MOST_LINKS + 1), base), Err(LinkFault::TooMany(MOST_LINKS + 1)));
    assert_eq!(find(&"http://a ".repeat(1600 / 9)).len(), 177);
    assert_eq!(find(&"http://a ".repeat(300)).len(), 200);
    let twice = format!("{0} {0}", link(100)).repeat(20);
    assert_eq!(long_links(&twice, base).map(|links| links.len()), Ok(1));
}

#[test]
fn a_code_follows_from_account_message_link_and_turn() {
    let url = "https://example.org/a";
    let first = code(AccountId(1), message(0), url, 0);
    assert_eq!(first, code(AccountId(1), message(0), url, 0));
    let others = [
        code(AccountId(2), message(0), url, 0),
        code(AccountId(1), message(1), url, 0),
        code(AccountId(1), message(0), "https://example.org/b", 0),
        code(AccountId(1), message(0), url, 1),
    ];
    assert!(is_code(&first) && !others.contains(&first));
    // Written down, as links that are out there depend on it.
    assert_eq!(first, "9DPtDOq");
}

#[test]
fn codes_of_a_bulk_do_not_follow_each_other() {
    let codes: Vec<String> =
        (0..1000).map(|index| code(AccountId(1), message(index), "https://example.org/a", 0)).collect();
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
    for place in 0..CODE_LENGTH {
        let digits: HashSet<u8> = codes.iter().map(|code| code.as_bytes()[place]).collect();
        assert_eq!(digits.len(), 62, "place {place}");
    }
}

#[test]
fn only_http_is_a_location() {
    let table = [
        (
            "https://пример.рф/путь?ключ=1#я",
            Some("https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C?%D0%BA%D0%BB%D1%8E%D1%87=1#%D1%8F"),
        ),
        ("HTTP://EXAMPLE.ORG", Some("http://example.org/")),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        ("ftp://example.org", None),
        ("https://", None),
        ("https://example.org/a\r\nSet-Cookie: a=b", Some("https://example.org/aSet-Cookie:%20a=b")),
    ];
    for (url, expected) in table {
        assert_eq!(location(url).as_deref(), expected, "{url}");
    }
}

#[test]
fn weird_texts_are_no_codes() {
    assert!(is_code("AbCd012"));
    for text in ["", "AbCd01", "AbCd0123", "AbCd01-", "AbCd01 ", "АbCd01", "%41bCd0", "../../a", "AbCd01\n"] {
        assert!(!is_code(text), "{text}");
    }
}

#[test]
fn previews_are_told_from_people() {
    let previews = [
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0",
        "Viber/13.3.0.5 CFNetwork/1240.0.4",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 \
            Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "",
        " ",
    ];
    for name in previews {
        assert!(is_preview(name), "{name}");
    }
    let people = [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 \
            Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile \
            Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 YaBrowser/25.8",
        "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36 Viber/22",
        "curl/8.5.0",
    ];
    for name in people {
        assert!(!is_preview(name), "{name}");
    }
}

proptest! {
    /// Whatever a text holds, links are whole pieces of it, and replacing none leaves it as it is.
    #[test]
    fn any_text_is_taken(text in "(\\PC|https?://|[а-я./#?«»() ]){0,60}") {
        let ranges = find(&text);
        for pair in ranges.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        for range in ranges {
            prop_assert!(location(&text[range]).is_some());
        }
        prop_assert_eq!(with_codes(&text, "https://b.example/s", |_| None), text);
    }

    /// A link stands for itself between words and brackets, and is replaced there and nowhere else.
    #[test]
    fn a_link_between_words_is_replaced(
        host in "[а-яa-z]{1,10}\\.(рф|com|москва)", port in "(:[1-9][0-9]{1,3})?", path in "(/[а-яa-z0-9]{1,30}){1,4}",
        query in "(\\?[a-zа-я]{1,9}=[0-9]{1,9})?(#[а-яa-z]{1,9})?", before in "[а-яА-Я ]{0,9}( |\\(|«|\\[|\")",
        after in "( |\\)|»|\\]|\"|, |\\. |! |; |…)",
    ) {
        let url = format!("https://{host}{port}{path}{query}");
        let text = format!("{before}{url}{after}конец");
        let short = with_codes(&text, "b/s", |found| (found == url).then_some("AbCd012"));
        prop_assert_eq!(short, format!("{before}b/s/AbCd012{after}конец"));
    }
}
