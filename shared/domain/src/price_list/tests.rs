use super::*;

fn price(number: u64) -> Price {
    Price::from_ten_thousandths(number)
}

fn sender(from: &str, channel: Option<Channel>, provider: Option<&str>, number: Option<u64>) -> RegisteredSender {
    let provider = provider.map(str::to_owned);
    RegisteredSender { from: from.to_owned(), channel, provider, price: number.map(price) }
}

fn tariff(mcc_mnc: Option<&str>, iso: Option<&str>, network: Option<&str>, number: u64) -> Tariff {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Tariff {
        mcc_mnc_id: None,
        mcc_mnc: text(mcc_mnc),
        iso: text(iso),
        country: None,
        network: text(network),
        price: price(number),
    }
}

#[test]
fn the_most_specific_tariff_holds() {
    let list = PriceList::new(
        Vec::new(),
        vec![
            tariff(None, None, None, 1),
            tariff(None, Some("RU"), None, 2),
            tariff(None, Some("RU"), Some("MTS"), 3),
            tariff(Some("25001"), Some("RU"), Some("MTS"), 4),
            tariff(Some("25002"), None, None, 5),
        ],
    );
    let place = |iso, mcc_mnc, network| list.tariff(Place { iso, mcc_mnc, network });
    assert_eq!(place(None, None, None), Some(price(1)));
    assert_eq!(place(Some("KZ"), None, None), Some(price(1)));
    assert_eq!(place(Some("RU"), None, None), Some(price(2)));
    assert_eq!(place(Some("RU"), None, Some("Tele2")), Some(price(2)));
    assert_eq!(place(Some("RU"), None, Some("mts")), Some(price(3)));
    assert_eq!(place(Some("KZ"), None, Some("MTS")), Some(price(1)));
    assert_eq!(place(Some("RU"), Some("25001"), Some("MTS")), Some(price(4)));
    assert_eq!(place(Some("RU"), Some("25002"), None), Some(price(5)));
    assert_eq!(place(Some("RU"), Some("25099"), None), Some(price(2)));
}

#[test]
fn what_no_tariff_holds_for_has_no_price() {
    let list =
        PriceList::new(Vec::new(), vec![tariff(None, Some("RU"), None, 2), tariff(Some("25001"), None, None, 3)]);
    assert_eq!(list.tariff(Place { iso: Some("KZ"), ..Place::default() }), None);
    assert_eq!(list.tariff(Place::default()), None);
    assert_eq!(PriceList::default().tariff(Place { iso: Some("RU"), ..Place::default() }), None);
}

#[test]
fn a_place_of_the_callers_own_holds_nowhere() {
    let of_country = Tariff { country: Some("Russia".to_owned()), ..tariff(None, None, None, 1) };
    let numbered = Tariff { mcc_mnc_id: Some(5), ..tariff(None, None, None, 2) };
    let own = vec![of_country, numbered, tariff(None, None, Some("MTS"), 3)];
    let to = [Place::default(), Place { iso: Some("RU"), mcc_mnc: Some("25001"), network: Some("MTS") }];
    let list = PriceList::new(Vec::new(), own.clone());
    assert_eq!(to.map(|to| list.tariff(to)), [None, None]);
    let list = PriceList::new(Vec::new(), own.into_iter().chain([tariff(None, None, None, 4)]).collect());
    assert_eq!(to.map(|to| list.tariff(to)), [Some(price(4)), Some(price(4))]);
}

#[test]
fn senders_are_asked_for_once_a_channel_has_any() {
    let list = PriceList::new(
        vec![
            sender("Shop", Some(Channel::Sms), None, None),
            sender("News", Some(Channel::Sms), Some("TWILIO"), None),
            sender("Shop@Example.org", Some(Channel::Email), None, None),
        ],
        Vec::new(),
    );
    let permits = |channel, from, provider| list.permits(channel, from, provider);
    assert!(permits(Channel::Sms, "Shop", None) && permits(Channel::Sms, "Shop", Some("VONAGE")));
    assert!(permits(Channel::Sms, "News", None) && permits(Channel::Sms, "News", Some("twilio")));
    assert!(!permits(Channel::Sms, "News", Some("VONAGE")));
    assert!(!permits(Channel::Sms, "shop", None) && !permits(Channel::Sms, "Other", None));
    assert!(permits(Channel::Email, "shop@example.org", None) && !permits(Channel::Email, "Shop", None));
    assert!(permits(Channel::Viber, "Anything", None), "the channel has none");
    let everywhere = PriceList::new(vec![sender("Shop", None, None, None)], Vec::new());
    assert!(everywhere.permits(Channel::Viber, "Shop", None) && !everywhere.permits(Channel::Viber, "Other", None));
    assert!(PriceList::default().permits(Channel::Sms, "Anything", None));
}

#[test]
fn a_provider_may_have_a_price_of_its_own() {
    let list = PriceList::new(
        vec![
            sender("Shop", None, None, Some(9)),
            sender("Shop", Some(Channel::Sms), None, Some(1)),
            sender("Shop", Some(Channel::Sms), Some("TWILIO"), Some(2)),
            sender("Shop", Some(Channel::Sms), Some("SMSC"), None),
            sender("Other", Some(Channel::Sms), None, Some(3)),
        ],
        Vec::new(),
    );
    let rates = |channel, pinned| {
        let rates = list.sender_rates(1, channel, "Shop", pinned).into_iter();
        rates.map(|rate| (rate.provider, rate.price)).collect::<Vec<_>>()
    };
    let twilio = Some("TWILIO".to_owned());
    assert_eq!(rates(Channel::Sms, None), [(None, price(1)), (twilio, price(2))]);
    assert_eq!(rates(Channel::Sms, Some("twilio")), [(None, price(2))]);
    assert_eq!(rates(Channel::Sms, Some("SMSC")), [(None, price(1))]);
    assert_eq!(rates(Channel::Viber, None), [(None, price(9))]);
    assert_eq!(list.sender_rates(0, Channel::Sms, "Nobody", None), []);
}

#[test]
fn an_email_is_from_its_address() {
    let some = |text: &str| Some(text.to_owned());
    let both = ChannelContent { from: some("Shop"), from_email: some("a@b.org"), ..ChannelContent::default() };
    assert_eq!(named_sender(Channel::Email, &both), Some(("fromEmail", "a@b.org")));
    assert_eq!(named_sender(Channel::Sms, &both), Some(("from", "Shop")));
    assert_eq!(named_sender(Channel::Sms, &ChannelContent::default()), None);
}
