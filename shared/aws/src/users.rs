//! Users in the control table. A change is one transaction over the user, the item that its e-mail is found by, and the
//! number of those who manage the account, so that e-mails stay unique and no account loses its last admin.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, BadItem, Item, number, string},
};
use aws_sdk_dynamodb::{
    error::{BuildError, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, Delete, Put, TransactWriteItem, Update},
};
use baton_api::ports::{Role, User, UserChange, Users};
use baton_domain::AccountId;
use baton_pipeline::ports::{PortError, PortResult};
use uuid::Uuid;

/// What a part of a transaction is about: when its condition does not hold, this is why.
struct Step {
    part: TransactWriteItem,
    refused: UserChange,
}

fn encode(user: &User) -> Item {
    let fields = [
        ("pk", string(layout::users_pk(user.account))),
        ("sk", string(user.id.to_string())),
        ("email", string(&user.email)),
        ("name", string(&user.name)),
        ("role", string(user.role.name())),
        ("password", string(&user.password)),
        ("gen", number(user.generation)),
        ("v", number(user.version)),
        ("createdAt", number(user.created_at.timestamp_millis())),
        ("updatedAt", number(user.updated_at.timestamp_millis())),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn decode(account: AccountId, item: &Item) -> Result<User, BadItem> {
    Ok(User {
        account,
        id: record::text(item, "sk")?.parse().map_err(|_| BadItem("sk"))?,
        email: record::text(item, "email")?.to_owned(),
        name: record::text(item, "name")?.to_owned(),
        role: Role::of_name(record::text(item, "role")?).ok_or(BadItem("role"))?,
        password: record::text(item, "password")?.to_owned(),
        generation: record::int(item, "gen")?,
        version: record::int(item, "v")?,
        created_at: record::time(item, "createdAt")?,
        updated_at: record::time(item, "updatedAt")?,
    })
}

impl ControlTable {
    fn put_user(&self, user: &User, read: Option<&User>) -> Result<Step, BuildError> {
        let put = Put::builder().table_name(&self.name).set_item(Some(encode(user)));
        let put = match read {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(read) => {
                put.condition_expression("v = :read").expression_attribute_values(":read", number(read.version))
            }
        };
        let part = TransactWriteItem::builder().put(put.build()?).build();
        Ok(Step { part, refused: UserChange::Conflict })
    }

    fn delete_user(&self, read: &User) -> Result<Step, BuildError> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .key("pk", string(layout::users_pk(read.account)))
            .key("sk", string(read.id.to_string()))
            .condition_expression("v = :read")
            .expression_attribute_values(":read", number(read.version));
        let part = TransactWriteItem::builder().delete(delete.build()?).build();
        Ok(Step { part, refused: UserChange::Conflict })
    }

    fn take_email(&self, user: &User) -> Result<Step, BuildError> {
        let put = Put::builder()
            .table_name(&self.name)
            .item("pk", string(layout::user_email_pk(&user.email)))
            .item("sk", string("-"))
            .item("account", number(user.account))
            .item("user", string(user.id.to_string()))
            .condition_expression("attribute_not_exists(pk)");
        let part = TransactWriteItem::builder().put(put.build()?).build();
        Ok(Step { part, refused: UserChange::EmailTaken })
    }

    fn free_email(&self, user: &User) -> Result<Step, BuildError> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .key("pk", string(layout::user_email_pk(&user.email)))
            .key("sk", string("-"));
        let part = TransactWriteItem::builder().delete(delete.build()?).build();
        Ok(Step { part, refused: UserChange::Conflict })
    }

    /// One more who manages the account, or one less.
    fn count_manager(&self, account: AccountId, more: bool) -> Result<Step, BuildError> {
        let update = Update::builder()
            .table_name(&self.name)
            .key("pk", string(layout::index_key(account, "account")))
            .key("sk", string("managers"))
            .update_expression("ADD #n :by")
            .expression_attribute_names("#n", "n");
        let update = if more {
            update.expression_attribute_values(":by", number(1))
        } else {
            let update = update.condition_expression("#n > :one").expression_attribute_values(":one", number(1));
            update.expression_attribute_values(":by", number(-1))
        };
        let part = TransactWriteItem::builder().update(update.build()?).build();
        Ok(Step { part, refused: UserChange::LastAdmin })
    }

    /// The parts of a change from what was read to what is to be.
    fn steps(&self, read: Option<&User>, user: Option<&User>) -> Result<Vec<Step>, BuildError> {
        let mut steps = Vec::new();
        match (read, user) {
            (read, Some(user)) => steps.push(self.put_user(user, read)?),
            (Some(read), None) => steps.push(self.delete_user(read)?),
            (None, None) => {}
        }
        if read.map(|read| &read.email) != user.map(|user| &user.email) {
            user.map(|user| self.take_email(user)).transpose()?.into_iter().for_each(|step| steps.push(step));
            read.map(|read| self.free_email(read)).transpose()?.into_iter().for_each(|step| steps.push(step));
        }
        let manages = |user: Option<&User>| user.filter(|user| user.role.manages()).map(|user| user.account);
        match (manages(read), manages(user)) {
            (None, Some(account)) => steps.push(self.count_manager(account, true)?),
            (Some(account), None) => steps.push(self.count_manager(account, false)?),
            _ => {}
        }
        Ok(steps)
    }

    async fn exchange(&self, read: Option<&User>, user: Option<&User>) -> PortResult<UserChange> {
        let steps = self.steps(read, user).map_err(|error| PortError::new("writing a transaction", error))?;
        let (parts, refused): (Vec<_>, Vec<_>) = steps.into_iter().map(|step| (step.part, step.refused)).unzip();
        match self.client.transact_write_items().set_transact_items(Some(parts)).send().await {
            Ok(_) => Ok(UserChange::Done),
            Err(SdkError::ServiceError(error)) => match error.into_err() {
                TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                    why(cancelled.cancellation_reasons(), &refused)
                        .ok_or_else(|| PortError::new("DynamoDB TransactWriteItems", cancelled))
                }
                other => Err(PortError::new("DynamoDB TransactWriteItems", other)),
            },
            Err(error) => Err(PortError::new("DynamoDB TransactWriteItems", error)),
        }
    }
}

/// Why a transaction was cancelled; `None` when it was for no reason that we gave. The user comes first: what was decided on
/// an old reading of it means nothing.
fn why(reasons: &[CancellationReason], refused: &[UserChange]) -> Option<UserChange> {
    let codes = reasons.iter().map(|reason| reason.code().unwrap_or_default()).zip(refused);
    codes.into_iter().find_map(|(code, refused)| match code {
        "ConditionalCheckFailed" => Some(*refused),
        "TransactionConflict" => Some(UserChange::Conflict),
        _ => None,
    })
}

impl Users for ControlTable {
    async fn user(&self, account: AccountId, id: Uuid) -> PortResult<Option<User>> {
        let item = self.get(layout::users_pk(account), &id.to_string()).await?;
        item.map(|item| decode(account, &item).map_err(bad_item)).transpose()
    }

    async fn users(&self, account: AccountId) -> PortResult<Vec<User>> {
        let items = self.partition(layout::users_pk(account)).await?;
        items.iter().map(|item| decode(account, item).map_err(bad_item)).collect()
    }

    async fn email_owner(&self, email: &str) -> PortResult<Option<(AccountId, Uuid)>> {
        let Some(item) = self.get(layout::user_email_pk(email), "-").await? else { return Ok(None) };
        let read = || {
            let user = record::text(&item, "user")?.parse().map_err(|_| BadItem("user"))?;
            Ok((AccountId(record::int(&item, "account")?), user))
        };
        read().map(Some).map_err(bad_item)
    }

    async fn add_user(&self, user: &User) -> PortResult<UserChange> {
        self.exchange(None, Some(user)).await
    }

    async fn change_user(&self, read: &User, user: &User) -> PortResult<UserChange> {
        self.exchange(Some(read), Some(user)).await
    }

    async fn remove_user(&self, read: &User) -> PortResult<UserChange> {
        self.exchange(Some(read), None).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::Time;

    fn user() -> User {
        let at = |millis| Time::from_timestamp_millis(millis).expect("a time");
        User {
            account: AccountId(1),
            id: Uuid::nil(),
            email: "a@example.org".to_owned(),
            name: "A".to_owned(),
            role: Role::Editor,
            password: "$argon2id$".to_owned(),
            generation: 2,
            version: 3,
            created_at: at(1),
            updated_at: at(2),
        }
    }

    #[test]
    fn a_user_is_read_back() {
        assert!(decode(AccountId(1), &encode(&user())).ok() == Some(user()));
    }

    #[test]
    fn the_first_reason_of_ours_says_why() {
        let reason = |code: &str| CancellationReason::builder().code(code).build();
        let refused = [UserChange::Conflict, UserChange::EmailTaken, UserChange::LastAdmin];
        let of = |codes: [&str; 3]| why(&codes.map(reason), &refused);
        assert_eq!(of(["None", "ConditionalCheckFailed", "None"]), Some(UserChange::EmailTaken));
        assert_eq!(of(["ConditionalCheckFailed", "ConditionalCheckFailed", "None"]), Some(UserChange::Conflict));
        assert_eq!(of(["None", "None", "ConditionalCheckFailed"]), Some(UserChange::LastAdmin));
        assert_eq!(of(["None", "TransactionConflict", "None"]), Some(UserChange::Conflict));
        assert_eq!(of(["None", "ThrottlingError", "None"]), None);
    }
}
