//! Templates in the control table: what is there now beside each other, and what was there before under each template's own
//! key, for as long as a request that used it may be repeated.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
    windows,
};
use aws_sdk_dynamodb::{error::SdkError, operation::put_item::builders::PutItemFluentBuilder};
use baton_api::ports::Templates;
use baton_domain::{AccountId, Template, Time, template::as_of};
use baton_pipeline::ports::{PortError, PortResult, Stored};
use uuid::Uuid;

/// How long an old version is kept, in hours: longer than a request may be repeated.
const HISTORY_HOURS: i64 = 48;

fn now_pk(account: AccountId) -> String {
    layout::index_key(account, "template")
}

fn history_pk(account: AccountId, id: Uuid) -> String {
    layout::index_key(account, format_args!("template#{}", id.simple()))
}

/// The attributes of a template, without its keys.
fn encode(template: &Template) -> PortResult<Item> {
    let json =
        |value: Result<String, serde_json::Error>| value.map_err(|error| PortError::new("writing a template", error));
    let mut item = Item::from([
        ("id".to_owned(), string(template.id.to_string())),
        ("name".to_owned(), string(&template.name)),
        ("version".to_owned(), number(template.version)),
        ("channels".to_owned(), string(json(serde_json::to_string(&template.spec))?)),
        ("createdAt".to_owned(), number(template.created_at.timestamp_millis())),
        ("updatedAt".to_owned(), number(template.updated_at.timestamp_millis())),
    ]);
    item.extend(windows::encode(&template.ranges, template.zone)?);
    Ok(item)
}

fn decode(account: AccountId, item: &Item) -> Result<Template, BadItem> {
    let (ranges, zone) = windows::decode(item)?;
    Ok(Template {
        account,
        id: record::text(item, "id")?.parse().map_err(|_| BadItem("id"))?,
        name: record::text(item, "name")?.to_owned(),
        version: record::int(item, "version")?,
        spec: serde_json::from_str(record::text(item, "channels")?).map_err(|_| BadItem("channels"))?,
        ranges,
        zone,
        created_at: record::time(item, "createdAt")?,
        updated_at: record::time(item, "updatedAt")?,
    })
}

impl ControlTable {
    fn put_template(&self, template: &Template) -> PortResult<PutItemFluentBuilder> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(encode(template)?));
        Ok(put.item("pk", string(now_pk(template.account))).item("sk", string(template.id.to_string())))
    }

    /// Keeps a version that is about to go. Doing it twice, or for a change that then does not happen, is harmless.
    async fn keep_old(&self, old: &Template, at: Time) -> PortResult<()> {
        let gone = at + chrono::TimeDelta::hours(HISTORY_HOURS);
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(encode(old)?))
            .item("pk", string(history_pk(old.account, old.id)))
            .item("sk", string(format!("{:020}", old.version)))
            .item("ttl", number(gone.timestamp()))
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB PutItem", error))?;
        Ok(())
    }

    async fn templates_of(&self, account: AccountId, pk: String, forward: bool) -> PortResult<Vec<Template>> {
        let items: Vec<Item> = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", string(pk))
            .scan_index_forward(forward)
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(|error| PortError::new("DynamoDB Query", error))?;
        items.iter().map(|item| decode(account, item).map_err(bad_item)).collect()
    }
}

impl Templates for ControlTable {
    async fn template(&self, account: AccountId, id: Uuid) -> PortResult<Option<Template>> {
        let item = self.get(now_pk(account), &id.to_string()).await?;
        item.map(|item| decode(account, &item).map_err(bad_item)).transpose()
    }

    async fn template_as_of(&self, account: AccountId, id: Uuid, at: Time) -> PortResult<Option<Template>> {
        let now = Templates::template(self, account, id).await?;
        if now.as_ref().is_some_and(|template| template.updated_at <= at) {
            return Ok(now);
        }
        let before = self.templates_of(account, history_pk(account, id), false).await?;
        Ok(as_of(now.into_iter().chain(before).collect(), at))
    }

    async fn templates(&self, account: AccountId) -> PortResult<Vec<Template>> {
        self.templates_of(account, now_pk(account), true).await
    }

    async fn add_template(&self, template: &Template) -> PortResult<()> {
        match self.put_template(template)?.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }

    async fn replace_template(&self, old: &Template, new: &Template) -> PortResult<Stored> {
        self.keep_old(old, new.updated_at).await?;
        let put = self
            .put_template(new)?
            .condition_expression("version = :old")
            .expression_attribute_values(":old", number(old.version));
        match put.send().await {
            Ok(_) => Ok(Stored::Done),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                Ok(Stored::Conflict)
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }

    async fn delete_template(&self, old: &Template, at: Time) -> PortResult<Stored> {
        self.keep_old(old, at).await?;
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("pk", string(now_pk(old.account)))
            .key("sk", string(old.id.to_string()))
            .condition_expression("version = :old")
            .expression_attribute_values(":old", number(old.version));
        match delete.send().await {
            Ok(_) => Ok(Stored::Done),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                Ok(Stored::Conflict)
            }
            Err(error) => Err(PortError::new("DynamoDB DeleteItem", error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{Channel, ChannelContent, Spec, content::ChannelSpec, window::Range};
    use chrono::NaiveTime;
    use chrono_tz::Tz;

    #[test]
    fn a_template_is_read_back() {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time of day");
        let at = Time::from_timestamp_millis(1_790_000_000_123).expect("a time");
        let content = ChannelContent { text: Some("{{имя|друг}}".to_owned()), ..ChannelContent::default() };
        let bare = Template {
            account: AccountId(7),
            id: Uuid::from_u128(5),
            name: "Заказ".to_owned(),
            version: 3,
            spec: Spec { channels: vec![ChannelSpec { channel: Channel::Sms, content }], ..Spec::default() },
            ranges: Vec::new(),
            zone: None,
            created_at: at,
            updated_at: at,
        };
        let night = Template {
            ranges: vec![Range::new(time(22), time(3)).expect("a range")],
            zone: Some(Tz::Europe__Moscow),
            ..bare.clone()
        };
        for template in [bare, night] {
            let item = encode(&template).expect("an item");
            assert_eq!(decode(template.account, &item).ok(), Some(template));
        }
    }
}
