use super::permit;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    idempotency::{Before, Once, in_progress},
    refusal::Refusal,
    routes::{prices, templates},
    submission::{self, Draft, Pricing, Rules, Templates},
    wire::{Accepted, ItemError, PostMessages},
};
use baton_domain::{Message, MessageId};
use baton_pipeline::{
    accept::{self, Submission},
    ports::{Clock, Messages},
    tasks::join::join,
};

/// Sends messages: accepts each recipient, or says what is wrong with it.
///
/// One refused destination does not hold up the others, unless an item says `validate: true`. Once answered, every message
/// is stored and on its way; those of a task (`taskId`) go when their task runs.
#[utoipa::path(post, path = "/messages", tag = "messages", operation_id = "postMessages",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key is done once, for 24 hours.")),
    request_body = PostMessages,
    responses((status = 200, description = "An element per recipient, in order.", body = [Accepted],
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let templates = templates::named(app, call, account, &body).await?;
    let pricing = prices::pricing(app, call, account, &body).await?;
    let (mut draft, mut faults) = submission::read(&body, &rules(app, &templates, &pricing))?;
    permit::check(app, call, (account, &body), &mut draft, (&pricing, &mut faults)).await?;
    let mut draft = draft.judged(faults)?;
    let once = Once::open(app, call, account, call.body()).await?;
    if once.before == Before::Done {
        draft.leave_out(&permit::made(app, account, draft.bulk(once.id)).await?);
    }
    let submission = draft.submission(account, once.id, &once.digest);
    let (messages, replayed) = match once.before {
        Before::Done => (as_at_first(app, &once, &submission), true),
        before => accept_once(app, &once, submission, (before, !draft.refused().is_empty())).await?,
    };
    Ok(Answer::json(&elements(&draft, &messages, once.id)).replayed(replayed))
}

/// What a body is judged by.
pub(super) fn rules<'t, P, C: Clock>(app: &'t App<P, C>, templates: &'t Templates, pricing: &'t Pricing) -> Rules<'t> {
    Rules {
        now: app.clock.now(),
        templates,
        private_callbacks: app.private_callbacks,
        short_url: &app.short_url,
        pricing,
    }
}

/// The messages as the first try opened them: the answer to what waited then stays that it is delayed.
fn as_at_first<P: Ports, C: Clock>(app: &App<P, C>, once: &Once, submission: &Submission) -> Vec<Message> {
    accept::opened(submission, once.made_at(&app.clock))
}

/// Accepts what has not been accepted yet. Gives the messages, and whether an earlier try had accepted all of them.
///
/// A message that is alone is accepted by a single write, which its own presence proves: marking the request as done would
/// cost another one, and is left out, unless somebody else was refused, who is not to be sent to by a repetition.
async fn accept_once<P: Ports, C: Clock>(
    app: &App<P, C>,
    once: &Once,
    submission: Submission,
    (before, refused): (Before, bool),
) -> Result<(Vec<Message>, bool), Refusal> {
    let alone = accept::is_alone(&submission);
    let of_task = submission.task.map(|task| ((submission.account, task), submission.bulk));
    let stored = alone && before != Before::Nothing && is_stored(app, &submission).await?;
    if let (Before::Running(until), false) = (before, stored) {
        return Err(in_progress(until, app.clock.now()));
    }
    let at_first = (before != Before::Nothing).then(|| as_at_first(app, once, &submission));
    // When it is stored, its pointer may still be missing: the try that wrote it may have died right after.
    let messages = accept::accept(&app.ports, &app.ports, &app.clock, submission).await?;
    if let Some((task, bulk)) = of_task {
        let count = u16::try_from(messages.len()).unwrap_or(u16::MAX);
        join(&app.ports, &app.ports, &app.clock, task, (bulk, count)).await?;
    }
    if !alone || refused {
        once.finish(&app.ports).await?;
    }
    Ok((at_first.unwrap_or(messages), stored))
}

async fn is_stored<P: Ports, C: Clock>(app: &App<P, C>, submission: &Submission) -> Result<bool, Refusal> {
    let first = submission.items.iter().flat_map(|item| &item.recipients).next();
    let Some((index, _)) = first else { return Ok(false) };
    let id = MessageId::new(submission.bulk, *index);
    Ok(Messages::load(&app.ports, submission.account, id).await?.is_some())
}

/// The answer's elements: messages and refused destinations, in the order of the request.
fn elements(draft: &Draft, messages: &[Message], made: uuid::Uuid) -> Vec<Accepted> {
    let accepted = messages.iter().map(|message| (message.id.index(), Accepted::of(message, None)));
    let bulk_id = draft.bulk(made);
    let refused = draft.refused().into_iter().map(|refused| {
        let fault = refused.fault;
        let error = ItemError { message: fault.message, code: fault.code, path: Some(fault.path) };
        let group_id = refused.group.unwrap_or_else(|| bulk_id.key().group(refused.item));
        let element =
            Accepted { id: None, bulk_id, group_id, flow_id: None, status: None, channel: None, error: Some(error) };
        (Some(refused.index), element)
    });
    let mut elements: Vec<_> = accepted.chain(refused).collect();
    elements.sort_by_key(|(index, _)| *index);
    elements.into_iter().map(|(_, element)| element).collect()
}
