use super::World;
use baton_api::ports::Templates;
use baton_domain::{AccountId, Template, Time, template::as_of};
use baton_pipeline::ports::{PortResult, Stored};
use uuid::Uuid;

impl Templates for World {
    async fn template(&self, account: AccountId, id: Uuid) -> PortResult<Option<Template>> {
        self.call(async { Ok(self.own().templates.get(&(account, id)).cloned()) }).await
    }

    async fn template_as_of(&self, account: AccountId, id: Uuid, at: Time) -> PortResult<Option<Template>> {
        let find = async {
            let own = self.own();
            let now = own.templates.get(&(account, id));
            let before = own.old_templates.iter().rev().filter(|old| (old.account, old.id) == (account, id));
            Ok(as_of(now.into_iter().chain(before).cloned().collect(), at))
        };
        self.call(find).await
    }

    async fn templates(&self, account: AccountId) -> PortResult<Vec<Template>> {
        let of = async {
            let own = self.own();
            Ok(own.templates.values().filter(|template| template.account == account).cloned().collect())
        };
        self.call(of).await
    }

    async fn add_template(&self, template: &Template) -> PortResult<()> {
        let add = async {
            self.own().templates.entry((template.account, template.id)).or_insert_with(|| template.clone());
            Ok(())
        };
        self.call(add).await
    }

    async fn replace_template(&self, old: &Template, new: &Template) -> PortResult<Stored> {
        self.call(async { Ok(self.exchange_template(old, Some(new))) }).await
    }

    async fn delete_template(&self, old: &Template, _at: Time) -> PortResult<Stored> {
        self.call(async { Ok(self.exchange_template(old, None)) }).await
    }
}

impl World {
    fn exchange_template(&self, old: &Template, new: Option<&Template>) -> Stored {
        let mut own = self.own();
        let key = (old.account, old.id);
        if own.templates.get(&key).is_none_or(|known| known.version != old.version) {
            return Stored::Conflict;
        }
        own.old_templates.push(old.clone());
        match new {
            Some(new) => own.templates.insert(key, new.clone()),
            None => own.templates.remove(&key),
        };
        Stored::Done
    }
}
