//! Programs that look at a link to show a preview of it or to index it: they are no clicks.

/// What the names of such programs have in common, in small letters. From the pages on which their owners name them, where
/// there is one:
///
/// - Meta (WhatsApp, Facebook, Instagram, Threads): developers.facebook.com/docs/sharing/webmasters/web-crawlers
/// - Apple: support.apple.com/119829; iMessage's previews say `facebookexternalhit/1.1 Facebot Twitterbot/1.0`
/// - Google: developers.google.com/crawling/docs/crawlers-fetchers; Bing: bing.com/webmasters/help (its crawlers)
/// - Yandex: yandex.ru/support/webmaster/robot-workings/check-yandex-robots.html
/// - Slack: api.slack.com/robots; X: developer.x.com (cards); LinkedIn: linkedin.com/robots.txt
/// - Telegram, Viber, VK, Odnoklassniki, Mail.ru, Discord, Skype, Teams: as their requests say
const MARKS: [&str; 36] = [
    "telegrambot",
    "facebookexternalhit",
    "facebookcatalog",
    "facebot",
    "meta-external",
    "twitterbot",
    "vkshare",
    "vkrobot",
    "odklbot",
    "mail.ru_bot",
    "slackbot",
    "slack-imgproxy",
    "discordbot",
    "skypeuripreview",
    "microsoftpreview",
    "linkedinbot",
    "pinterestbot",
    "redditbot",
    "snap url preview",
    "kakaotalk-scrap",
    "applebot",
    "googlebot",
    "google-inspectiontool",
    "googleother",
    "storebot-google",
    "adsbot-google",
    "mediapartners-google",
    "apis-google",
    "bingbot",
    "bingpreview",
    "yandexbot",
    "yandex.com/bots",
    "duckduckbot",
    // Programs that keep to the custom of naming a page about themselves.
    "+http://",
    "+https://",
    "url preview",
];

/// Programs whose name is in front; further back it is that of a person's browser inside the messenger.
const FIRST: [&str; 2] = ["whatsapp", "viber"];

/// Whether a `User-Agent` belongs to a program that looks at links by itself. One that says nothing is such a program: every
/// browser says something.
#[must_use]
pub fn is_preview(user_agent: &str) -> bool {
    let name = user_agent.trim().to_ascii_lowercase();
    name.is_empty() || FIRST.iter().any(|first| name.starts_with(first)) || MARKS.iter().any(|mark| name.contains(mark))
}
