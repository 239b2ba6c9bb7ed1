//! Mail: by a provider's API, or by Cloudflare's own binding. What is sent and what
//! answers mean is worked out in `jobs`.

use super::failed;
use crate::config::Config;
use crate::jobs::mail_message::{self, Sender};
use crate::jobs::mail_providers::{MailProvider, PATIENCE_S, ProviderRequest, judge, judge_binding, postmark, resend};
use crate::jobs::mailbox::{DevelopmentMailbox, NoMailer};
use crate::platform::{Clock, Database, HostError, Mail, Mailer, NotSent};
use async_trait::async_trait;
use futures_util::future::{Either, select};
use js_sys::Reflect;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use worker::send::SendFuture;
use worker::{
    AbortController, Delay, EmailMessage, Env, Fetch, Headers, Method, Request, RequestInit, RequestRedirect, SendEmail,
};

/// The mailer that the settings name.
///
/// # Errors
/// When the binding is missing that they need.
pub fn mailer(
    env: &Env,
    config: &Config,
    database: Arc<dyn Database>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Mailer>, HostError> {
    Ok(match &config.mail_provider {
        MailProvider::None => Arc::new(NoMailer),
        MailProvider::Development => Arc::new(DevelopmentMailbox { database, clock }),
        provider @ (MailProvider::Resend { .. } | MailProvider::Postmark { .. }) => {
            Arc::new(ProviderMailer(provider.clone()))
        }
        MailProvider::Cloudflare { from } => {
            let binding = env.get_binding("EMAIL").map_err(failed)?;
            Arc::new(BoundMailer { binding, from: from.clone(), clock })
        }
    })
}

struct ProviderMailer(MailProvider);

#[async_trait]
impl Mailer for ProviderMailer {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let request = match &self.0 {
            MailProvider::Resend { from, api_key } => resend(from, api_key, mail),
            MailProvider::Postmark { from, api_key } => postmark(from, api_key, mail),
            MailProvider::None | MailProvider::Development | MailProvider::Cloudflare { .. } => {
                return Err(NotSent::later("no_provider"));
            }
        };
        SendFuture::new(post(request)).await
    }
}

async fn post(request: ProviderRequest) -> Result<(), NotSent> {
    let network = |_: worker::Error| NotSent::later("network");
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value).map_err(network)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_headers(headers).with_body(Some(request.body.into()));
    // A provider does not redirect; whoever does gets neither the mail nor the key.
    init.with_redirect(RequestRedirect::Manual);
    let request = Fetch::Request(Request::new_with_init(request.url, &init).map_err(network)?);
    let patience = AbortController::default();
    let signal = patience.signal();
    let answer = pin!(request.send_with_signal(&signal));
    match select(answer, pin!(Delay::from(Duration::from_secs(PATIENCE_S)))).await {
        Either::Left((answer, _)) => judge(answer.map_err(network)?.status_code()),
        Either::Right(_) => {
            patience.abort();
            Err(NotSent::later("timeout"))
        }
    }
}

struct BoundMailer {
    binding: SendEmail,
    from: Sender,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl Mailer for BoundMailer {
    async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let raw = mail_message::write(&self.from, mail, self.clock.now_ms())?;
        let send = async {
            let message = EmailMessage::new(&self.from.address, &mail.to, &raw).map_err(|error| thrown(&error))?;
            let sending = pin!(self.binding.send(&message));
            match select(sending, pin!(Delay::from(Duration::from_secs(PATIENCE_S)))).await {
                Either::Left((sent, _)) => sent.map(drop).map_err(|error| thrown(&error)),
                Either::Right(_) => Err(NotSent::later("timeout")),
            }
        };
        SendFuture::new(send).await
    }
}

fn thrown(error: &js_sys::Error) -> NotSent {
    let code = Reflect::get(error, &"code".into()).ok().and_then(|code| code.as_string());
    judge_binding(code.as_deref().unwrap_or_default())
}
