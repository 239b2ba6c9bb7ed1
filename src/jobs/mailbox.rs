//! Where mails go without a provider: in a local installation to a table that
//! `/dev/mail` shows, elsewhere nowhere yet.

use crate::platform::{Clock, Database, Mail, Mailer, NotSent, Statement};
use async_trait::async_trait;
use std::sync::Arc;

/// Keeps mails in the database. The id makes a second sending no second mail.
pub struct DevelopmentMailbox {
    /// Where they are kept.
    pub database: Arc<dyn Database>,
    /// When they were sent.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Mailer for DevelopmentMailbox {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let insert = Statement::new(
            "INSERT INTO development_mailbox (id, recipient, subject, body, sent_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&mail.id)
        .bind(&mail.to)
        .bind(&mail.subject)
        .bind(&mail.text)
        .bind(self.clock.now_ms());
        self.database.query(insert).await.map(drop).map_err(|_| NotSent::later("mailbox"))
    }
}

/// Stands where no mail provider is set up: nothing is lost, jobs wait in the outbox
/// and become dead letters, which an operator replays once there is one.
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &Mail) -> Result<(), NotSent> {
        Err(NotSent::later("no_provider"))
    }
}
