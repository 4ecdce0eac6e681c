//! A [`Spec`] as JSON. The usual one, without a callback, a template and short links, is the bare list: a byte in it is a byte
//! of every message's item. Others are `{"t": <the template>, "b": <the callback>, "l": <short links>, "c": <the channels>}`.

use super::{ChannelSpec, Spec};
use crate::{Callback, template::TemplateUse};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use std::fmt;

#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<&'a TemplateUse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<&'a Callback>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    l: bool,
    c: &'a [ChannelSpec],
}

#[derive(Deserialize)]
struct Read {
    t: Option<TemplateUse>,
    b: Option<Callback>,
    #[serde(default)]
    l: bool,
    c: Vec<ChannelSpec>,
}

impl Serialize for Spec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.template, &self.callback, self.short_links) {
            (None, None, false) => self.channels.serialize(serializer),
            (t, b, l) => Written { t: t.as_ref(), b: b.as_ref(), l, c: &self.channels }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Spec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Spec, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Spec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of channels, or an object with one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, channels: A) -> Result<Spec, A::Error> {
        let channels = Vec::deserialize(SeqAccessDeserializer::new(channels))?;
        Ok(Spec { channels, ..Spec::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Spec, A::Error> {
        let Read { t, b, l, c } = Read::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Spec { channels: c, callback: b, template: t, short_links: l })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, ChannelContent};

    #[test]
    fn both_forms_are_read_back() {
        let content = ChannelContent {
            text: Some("t".to_owned()),
            template_data: Some(serde_json::json!([1, 0.5, "x"])),
            ..ChannelContent::default()
        };
        let bare = Spec { channels: vec![ChannelSpec { channel: Channel::Sms, content }], ..Spec::default() };
        let template = TemplateUse { id: uuid::Uuid::from_u128(5), version: 3, name: "Заказ".to_owned() };
        let used = Spec { template: Some(template), ..bare.clone() };
        let callback = Callback { url: "https://example.org".to_owned(), data: Some("x".to_owned()) };
        let told = Spec { callback: Some(callback), ..used.clone() };
        let short = Spec { short_links: true, ..bare.clone() };
        for (spec, begins) in [
            (bare, "[{"),
            (short, r#"{"l":true,"c":[{"#),
            (used, r#"{"t":["00000000-0000-0000-0000-000000000005",3,"Заказ"],"c":[{"#),
            (told, r#"{"t":["00000000-0000-0000-0000-000000000005",3,"Заказ"],"b":{"#),
        ] {
            let json = serde_json::to_string(&spec).expect("JSON");
            assert!(json.starts_with(begins), "{json}");
            assert_eq!(serde_json::from_str::<Spec>(&json).ok(), Some(spec));
        }
        assert!(serde_json::from_str::<Spec>(r#"{"t":null}"#).is_err());
        assert!(serde_json::from_str::<Spec>("5").is_err());
    }
}
