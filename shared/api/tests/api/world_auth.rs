//! Users, sessions, counters and signing keys in memory.

use crate::world::World;
use baton_api::ports::{AuthKey, AuthKeys, LoginLimits, Rotated, Session, Sessions, User, UserChange, Users, Window};
use baton_domain::AccountId;
use baton_pipeline::ports::PortResult;
use uuid::Uuid;

impl World {
    /// Puts one user in the place of another, or refuses to.
    fn exchange(&self, read: Option<&User>, put: Option<&User>) -> UserChange {
        let mut own = self.own();
        let key = |user: &User| (user.account, user.id);
        let stored = read.or(put).and_then(|user| own.users.get(&key(user)));
        if stored.map(|user| user.version) != read.map(|user| user.version) {
            return UserChange::Conflict;
        }
        let id = read.or(put).map(|user| user.id);
        if put.is_some_and(|put| own.users.values().any(|user| user.email == put.email && Some(user.id) != id)) {
            return UserChange::EmailTaken;
        }
        if let Some(read) = read.filter(|read| read.role.manages() && !put.is_some_and(|put| put.role.manages())) {
            let managers = own.users.values().filter(|user| user.account == read.account && user.role.manages());
            if managers.count() < 2 {
                return UserChange::LastAdmin;
            }
        }
        read.map(|read| own.users.remove(&key(read)));
        put.map(|put| own.users.insert(key(put), put.clone()));
        UserChange::Done
    }
}

impl Users for World {
    async fn user(&self, account: AccountId, id: Uuid) -> PortResult<Option<User>> {
        self.call(async { Ok(self.own().users.get(&(account, id)).cloned()) }).await
    }

    async fn users(&self, account: AccountId) -> PortResult<Vec<User>> {
        let of_account = |user: &&User| user.account == account;
        self.call(async { Ok(self.own().users.values().filter(of_account).cloned().collect()) }).await
    }

    async fn email_owner(&self, email: &str) -> PortResult<Option<(AccountId, Uuid)>> {
        let find = async {
            let own = self.own();
            Ok(own.users.values().find(|user| user.email == email).map(|user| (user.account, user.id)))
        };
        self.call(find).await
    }

    async fn add_user(&self, user: &User) -> PortResult<UserChange> {
        self.call(async { Ok(self.exchange(None, Some(user))) }).await
    }

    async fn change_user(&self, read: &User, user: &User) -> PortResult<UserChange> {
        self.call(async { Ok(self.exchange(Some(read), Some(user))) }).await
    }

    async fn remove_user(&self, read: &User) -> PortResult<UserChange> {
        self.call(async { Ok(self.exchange(Some(read), None)) }).await
    }
}

impl Sessions for World {
    async fn add_session(&self, session: &Session) -> PortResult<()> {
        let add = async {
            self.own().sessions.insert((session.account, session.id.clone()), session.clone());
            Ok(())
        };
        self.call(add).await
    }

    async fn session(&self, account: AccountId, id: &str) -> PortResult<Option<Session>> {
        self.call(async { Ok(self.own().sessions.get(&(account, id.to_owned())).cloned()) }).await
    }

    async fn rotate_session(&self, session: &Session, used: &str) -> PortResult<Rotated> {
        let rotate = async {
            let mut own = self.own();
            let key = (session.account, session.id.clone());
            let Some(stored) = own.sessions.get_mut(&key).filter(|stored| stored.hash == used) else {
                return Ok(Rotated::Used);
            };
            *stored = session.clone();
            Ok(Rotated::Done)
        };
        self.call(rotate).await
    }

    async fn end_session(&self, account: AccountId, id: &str) -> PortResult<()> {
        let end = async {
            self.own().sessions.remove(&(account, id.to_owned()));
            Ok(())
        };
        self.call(end).await
    }
}

impl LoginLimits for World {
    async fn count_login(&self, what: &str, window: Window) -> PortResult<u32> {
        let count = async {
            let mut own = self.own();
            let counter = own.logins.entry((what.to_owned(), window.0)).or_default();
            *counter += 1;
            Ok(*counter)
        };
        self.call(count).await
    }

    async fn forgive_login(&self, what: &str, window: Window) -> PortResult<()> {
        let forgive = async {
            if let Some(counter) = self.own().logins.get_mut(&(what.to_owned(), window.0)) {
                *counter -= 1;
            }
            Ok(())
        };
        self.call(forgive).await
    }
}

impl AuthKeys for World {
    async fn auth_keys(&self, _: Option<&str>) -> PortResult<Vec<AuthKey>> {
        self.call(async { Ok(self.own().auth_keys.clone()) }).await
    }
}
