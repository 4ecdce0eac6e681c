//! Users' sessions in the control table.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
};
use aws_sdk_dynamodb::error::SdkError;
use baton_api::ports::{Rotated, Session, Sessions};
use baton_domain::AccountId;
use baton_pipeline::ports::{PortError, PortResult};

fn pk(account: AccountId) -> String {
    layout::index_key(account, "session")
}

fn encode(session: &Session) -> Item {
    let fields = [
        ("pk", string(pk(session.account))),
        ("sk", string(&session.id)),
        ("user", string(session.user.to_string())),
        ("gen", number(session.generation)),
        ("acting", number(session.acting)),
        ("hash", string(&session.hash)),
        ("expiresAt", number(session.expires_at.timestamp_millis())),
        ("ttl", number(session.expires_at.timestamp())),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn decode(account: AccountId, item: &Item) -> Result<Session, BadItem> {
    Ok(Session {
        account,
        id: record::text(item, "sk")?.to_owned(),
        user: record::text(item, "user")?.parse().map_err(|_| BadItem("user"))?,
        generation: record::int(item, "gen")?,
        acting: AccountId(record::int(item, "acting")?),
        hash: record::text(item, "hash")?.to_owned(),
        expires_at: record::time(item, "expiresAt")?,
    })
}

impl Sessions for ControlTable {
    async fn add_session(&self, session: &Session) -> PortResult<()> {
        let request = self.client.put_item().table_name(&self.name).set_item(Some(encode(session)));
        request.send().await.map_err(|error| PortError::new("DynamoDB PutItem", error))?;
        Ok(())
    }

    async fn session(&self, account: AccountId, id: &str) -> PortResult<Option<Session>> {
        let item = self.get(pk(account), id).await?;
        item.map(|item| decode(account, &item).map_err(bad_item)).transpose()
    }

    async fn rotate_session(&self, session: &Session, used: &str) -> PortResult<Rotated> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(encode(session)))
            .condition_expression("#hash = :used")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":used", string(used));
        match request.send().await {
            Ok(_) => Ok(Rotated::Done),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                Ok(Rotated::Used)
            }
            Err(error) => Err(PortError::new("DynamoDB PutItem", error)),
        }
    }

    async fn end_session(&self, account: AccountId, id: &str) -> PortResult<()> {
        let request = self.client.delete_item().table_name(&self.name);
        let request = request.key("pk", string(pk(account))).key("sk", string(id));
        request.send().await.map_err(|error| PortError::new("DynamoDB DeleteItem", error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::Time;
    use uuid::Uuid;

    #[test]
    fn a_session_is_read_back() {
        let session = Session {
            account: AccountId(1),
            id: "abc".to_owned(),
            user: Uuid::nil(),
            generation: 2,
            acting: AccountId(3),
            hash: "h".to_owned(),
            expires_at: Time::from_timestamp_millis(1_795_413_600_123).expect("a time"),
        };
        assert_eq!(decode(AccountId(1), &encode(&session)).ok(), Some(session));
    }
}
