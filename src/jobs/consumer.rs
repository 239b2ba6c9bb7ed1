//! Does a job, once. The queue delivers at least once and in any order: whoever
//! does a job claims it first, the outbox row knows what is done, and a mail
//! carries the job's id.

use super::{Job, backoff, outbox, store};
use crate::accounts::mails;
use crate::chat::{alignment, sign_outs};
use crate::error::{Error, Result};
use crate::id::Timestamp;
use crate::platform::{HostError, Mail, NotSent};
use crate::privacy;
use crate::services::App;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claimed {
    payload_sealed: String,
    attempts: i64,
}

#[derive(Deserialize)]
struct GivenUp {
    #[expect(dead_code, reason = "that there is one is what is asked")]
    attempts: i64,
}

/// Does the job with this id, unless it is done, somebody else has it in hand, or
/// there is none.
///
/// # Errors
/// When it could not be done; it is noted when to try again, and the sweep will.
/// Where not even that could be noted, the lease ends and the sweep finds the job.
pub async fn run(app: &App, job_id: &str) -> Result<()> {
    let claim = store::claim(job_id, app.now());
    let Some(claimed) = app.query(claim).await?.first::<Claimed>()? else { return Ok(()) };
    let outcome = if claimed.attempts > backoff::MAX_ATTEMPTS {
        // The last try broke off without a word.
        Err(NotSent::refused("interrupted"))
    } else {
        perform(app, job_id, &claimed.payload_sealed).await
    };
    match outcome {
        Ok(()) => {
            app.query(store::done(job_id, app.now())).await?;
            Ok(())
        }
        Err(failure) => {
            note(app, job_id, claimed.attempts, &failure).await?;
            Err(Error::Host(HostError::Unavailable(failure.class)))
        }
    }
}

async fn perform(app: &App, job_id: &str, payload_sealed: &str) -> std::result::Result<(), NotSent> {
    // A master key or a version of the program that knows better may come back.
    match outbox::open(app, job_id, payload_sealed).map_err(|_| NotSent::later("unreadable"))? {
        Job::SendMail { template, to, locale, values } => {
            let (subject, text) = mails::render(template, &locale, &values);
            app.mailer.send(&Mail { id: job_id.to_owned(), to, subject, text }).await
        }
        Job::SendNothing => Ok(()),
        Job::ExportPerson { user_id, export_id } => {
            privacy::export::make(app, user_id, export_id).await.map_err(|_| NotSent::later("export"))
        }
        Job::AlignRoom { room_id } => alignment::align(app, room_id).await.map_err(|_| NotSent::later("room")),
        Job::CloseSockets { user_id } => sign_outs::close_all(app, user_id).await.map_err(|_| NotSent::later("room")),
    }
}

async fn note(app: &App, job_id: &str, attempts: i64, failure: &NotSent) -> Result<()> {
    let now = app.now();
    if failure.permanent || attempts >= backoff::MAX_ATTEMPTS {
        let given_up = app.query(store::give_up(job_id, attempts, &failure.class, now)).await?;
        if given_up.first::<GivenUp>()?.is_some() {
            app.log.line(r#"{"level":"error","event":"job_given_up"}"#);
        }
        return Ok(());
    }
    let mut random = [0; 8];
    // Without randomness the wait is as good as any other.
    let random = app.entropy.fill(&mut random).map_or(u64::MAX, |()| u64::from_le_bytes(random));
    let next = Timestamp(now.0 + backoff::wait_ms(attempts, random));
    app.query(store::failed(job_id, attempts, &failure.class, next)).await?;
    Ok(())
}
