//! The ports of users and logins.

use super::Everything;
use baton_api::ports::{AuthKey, AuthKeys, LoginLimits, Rotated, Session, Sessions, User, UserChange, Users, Window};
use baton_domain::AccountId;
use baton_pipeline::ports::PortResult;
use uuid::Uuid;

impl Users for Everything {
    async fn user(&self, account: AccountId, id: Uuid) -> PortResult<Option<User>> {
        self.control.user(account, id).await
    }

    async fn users(&self, account: AccountId) -> PortResult<Vec<User>> {
        self.control.users(account).await
    }

    async fn email_owner(&self, email: &str) -> PortResult<Option<(AccountId, Uuid)>> {
        self.control.email_owner(email).await
    }

    async fn add_user(&self, user: &User) -> PortResult<UserChange> {
        self.control.add_user(user).await
    }

    async fn change_user(&self, read: &User, user: &User) -> PortResult<UserChange> {
        self.control.change_user(read, user).await
    }

    async fn remove_user(&self, read: &User) -> PortResult<UserChange> {
        self.control.remove_user(read).await
    }
}

impl Sessions for Everything {
    async fn add_session(&self, session: &Session) -> PortResult<()> {
        self.control.add_session(session).await
    }

    async fn session(&self, account: AccountId, id: &str) -> PortResult<Option<Session>> {
        self.control.session(account, id).await
    }

    async fn rotate_session(&self, session: &Session, used: &str) -> PortResult<Rotated> {
        self.control.rotate_session(session, used).await
    }

    async fn end_session(&self, account: AccountId, id: &str) -> PortResult<()> {
        self.control.end_session(account, id).await
    }
}

impl LoginLimits for Everything {
    async fn count_login(&self, what: &str, window: Window) -> PortResult<u32> {
        self.state.count_login(what, window).await
    }

    async fn forgive_login(&self, what: &str, window: Window) -> PortResult<()> {
        self.state.forgive_login(what, window).await
    }
}

impl AuthKeys for Everything {
    async fn auth_keys(&self, wanted: Option<&str>) -> PortResult<Vec<AuthKey>> {
        self.auth_keys.auth_keys(wanted).await
    }
}
