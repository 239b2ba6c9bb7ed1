//! Messages: numbered, acked, told apart, refused.

use super::*;

const ACK: &[&str] = &["client_id", "seq", "id", "duplicate", "code"];

#[test]
fn a_message_reaches_every_device_and_its_sender_has_an_ack() {
    let mut shell = Shell::connected();
    shell.run(vec![connect(3, "ann", None)]);
    let got = shell.say(1, r#"{"type":"send","client_id":"c1","body":" hi ","attachment_ids":[],"reply_to":null}"#);
    let message = r#"{"type":"message","seq":1,"id":"id-1","client_id":"c1","sender_id":"ann","kind":"text","body":" hi ","reply_to":null,"attachments":[],"sent_at":"2023-11-14T22:13:20.000Z"}"#;
    let ack = r#"{"type":"ack","client_id":"c1","seq":1,"id":"id-1","duplicate":false}"#;
    assert_eq!(got.raw(1), [message, ack]);
    assert_eq!(got.raw(2), [message]);
    assert_eq!(got.raw(3), [message]);
    assert_eq!(shell.stored.last_seq, 1);
}

#[test]
fn everything_is_stored_in_the_step_that_acks_it() {
    let mut shell = Shell::connected();
    let step = shell.step(vec![frame(1, send("c1", "one")), frame(2, send("c2", "two"))]);
    let rows: Vec<_> = step
        .rows()
        .iter()
        .map(|row| match row {
            Row::Message(message) => format!("{} {}", message.seq, message.body),
            Row::Room { last_seq, closed } => format!("room {last_seq} {closed}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(rows, ["1 one", "2 two", "room 2 false"]);
}

#[test]
fn a_dropped_step_never_happened() {
    let mut shell = Shell::connected();
    drop(shell.step(vec![frame(1, send("c1", "lost"))]));
    assert_eq!(shell.say(1, send("c2", "kept")).at(2, &["seq", "body"]), ["message 1 kept"]);
    assert_eq!(shell.say(1, send("c1", "again")).at(2, &["seq", "body"]), ["message 2 again"]);
}

#[test]
fn the_same_client_id_is_acked_again_and_not_delivered() {
    let mut shell = Shell::connected();
    shell.say(1, send("c1", "one"));
    let got = shell.say(1, send("c1", "other text"));
    assert_eq!(got.at(1, ACK), ["ack c1 1 id-1 true"]);
    assert!(got.at(2, &[]).is_empty());
    assert_eq!(shell.messages.len(), 1);
}

#[test]
fn the_same_client_id_twice_in_one_batch_is_one_message() {
    let mut shell = Shell::connected();
    let got = shell.run(vec![frame(1, send("c1", "one")), frame(1, send("c1", "one"))]);
    assert_eq!(got.at(1, ACK), ["message c1 1 id-1", "ack c1 1 id-1 false", "ack c1 1 id-1 true"]);
    assert_eq!(shell.messages.len(), 1);
}

#[test]
fn the_same_client_id_on_a_socket_of_this_batch_is_looked_up_too() {
    let mut shell = Shell::new();
    assert!(shell.post("ann", MessageKind::Text, "c1", "one").is_ok());
    let got = shell.run(vec![connect(1, "ann", None), frame(1, send("c1", "one"))]);
    assert_eq!(got.at(1, ACK), ["welcome", "ack c1 1 id-1 true"]);
}

#[test]
fn client_ids_of_two_users_have_nothing_to_do_with_each_other() {
    let mut shell = Shell::connected();
    let got = shell.run(vec![frame(1, send("c1", "one")), frame(2, send("c1", "two"))]);
    assert_eq!(got.at(1, &["seq", "sender_id"]), ["message 1 ann", "ack 1", "message 2 bob"]);
}

#[test]
fn a_stored_message_is_acked_again_whatever_has_changed() {
    let mut shell = Shell::connected();
    shell.limits.sends = 1;
    shell.room = None;
    shell.say(1, send("c1", "one"));
    assert_eq!(shell.say(1, send("c1", "one")).at(1, ACK), ["ack c1 1 id-1 true"], "within the rate limit's window");
    shell.run(vec![Input::Close]);
    assert_eq!(shell.say(1, send("c1", "")).at(1, ACK), ["ack c1 1 id-1 true"], "in a closed room, with another body");
}

#[test]
fn bodies_are_neither_empty_nor_too_long() {
    let mut shell = Shell::connected();
    assert_eq!(shell.say(1, send("c1", " \n\t ")).at(1, ACK), ["error c1 body_empty"]);
    assert_eq!(shell.say(1, send("c1", &"é".repeat(4097))).at(1, ACK), ["error c1 body_too_long"]);
    assert_eq!(shell.say(1, send("c1", &"é".repeat(4096))).at(1, &["seq"]), ["message 1", "ack 1"]);
}

#[test]
fn replies_are_to_messages_of_the_room() {
    let mut shell = Shell::connected();
    let reply = |to: u64| format!(r#"{{"type":"send","client_id":"c{to}","body":"x","reply_to":{to}}}"#);
    assert_eq!(shell.say(1, reply(0)).at(1, ACK), ["error c0 reply_to_unknown"]);
    assert_eq!(shell.say(1, reply(1)).at(1, ACK), ["error c1 reply_to_unknown"]);
    let got = shell.run(vec![frame(1, send("first", "x")), frame(2, reply(1))]);
    assert_eq!(got.at(1, &["seq", "reply_to"]), ["message 1 null", "ack 1", "message 2 1"]);
}

#[test]
fn files_cannot_be_attached_yet() {
    let got = Shell::connected().say(1, r#"{"type":"send","client_id":"c1","body":"x","attachment_ids":["f"]}"#);
    assert_eq!(got.at(1, ACK), ["error c1 attachments_unavailable"]);
}

#[test]
fn twenty_messages_in_ten_seconds_and_no_more() {
    let mut shell = Shell::connected();
    for n in 0..20 {
        shell.now_ms += 100;
        assert_eq!(shell.say(1, send(&format!("c{n}"), "x")).at(2, &[]), ["message"]);
    }
    let got = shell.say(1, send("over", "x"));
    assert_eq!(got.at(1, ACK), ["error over rate_limited"]);
    assert!(got.raw(1)[0].contains("try again in 8100 ms"), "{:?}", got.raw(1));
    assert_eq!(shell.say(2, send("other", "x")).at(1, &[]), ["message"], "the limit is each user's own");

    shell.room = None;
    assert_eq!(shell.say(1, send("over", "x")).at(1, ACK), ["error over rate_limited"], "hibernation changes nothing");
    shell.run(vec![disconnect(1), connect(5, "ann", None)]);
    assert_eq!(shell.say(5, send("over", "x")).at(5, ACK), ["error over rate_limited"], "nor does a new socket");

    shell.now_ms += 8_100;
    assert_eq!(shell.say(5, send("over", "x")).at(2, &[]), ["message"]);
    assert_eq!(shell.say(5, send("next", "x")).at(5, ACK), ["error next rate_limited"], "the window slides");
}

#[test]
fn a_clock_that_jumps_back_locks_nobody_out() {
    let mut shell = Shell::connected();
    shell.limits.sends = 1;
    shell.room = None;
    shell.say(1, send("c1", "x"));
    shell.now_ms -= 3_600_000;
    assert_eq!(shell.say(1, send("c2", "x")).at(2, &["seq", "sent_at"]), ["message 2 2023-11-14T21:13:20.000Z"]);
}

#[test]
fn a_closed_room_takes_only_what_the_room_itself_says() {
    let mut shell = Shell::connected();
    shell.say(1, TYPING);
    assert_eq!(shell.run(vec![Input::Close]).at(2, &["on"]), ["typing false"]);
    assert_eq!(shell.say(1, send("c1", "x")).at(1, ACK), ["error c1 room_closed"]);
    assert_eq!(shell.say(1, TYPING).at(1, ACK), ["error room_closed"]);
    shell.room = None;
    assert_eq!(shell.post("ann", MessageKind::Text, "c1", "x"), Err("room_closed".to_owned()), "after hibernation too");
    assert_eq!(shell.post("assistant", MessageKind::Assistant, "a1", "x"), Err("room_closed".to_owned()));
    assert_eq!(shell.post("system", MessageKind::System, "s1", "closed").map(|r| r.seq), Ok(1));
    assert!(shell.run(vec![Input::Close]).is_empty());
    shell.run(vec![Input::Reopen]);
    assert_eq!(shell.say(1, send("c1", "x")).at(2, &["seq"]), ["message 2"]);
}

#[test]
fn a_post_is_answered_and_reaches_the_sockets() {
    let mut shell = Shell::connected();
    let receipt = |duplicate| Receipt { seq: 1, id: "id-1".to_owned(), duplicate };
    assert_eq!(shell.post("cyd", MessageKind::Text, "c1", "x"), Ok(receipt(false)));
    assert_eq!(shell.post("cyd", MessageKind::Text, "c1", "x"), Ok(receipt(true)));
    assert_eq!(shell.post("cyd", MessageKind::Text, "", "x"), Err("invalid_frame".to_owned()));
    assert_eq!(shell.post("cyd", MessageKind::Text, "c2", " "), Err("body_empty".to_owned()));
    assert_eq!(shell.post("dan", MessageKind::Text, "c1", "x"), Err("not_a_member".to_owned()));
    assert_eq!(shell.messages.len(), 1);
}

#[test]
fn posts_count_against_the_rate_of_their_author_and_the_assistant_has_none() {
    let mut shell = Shell::connected();
    shell.limits.sends = 1;
    shell.room = None;
    assert!(shell.post("ann", MessageKind::Text, "c1", "x").is_ok());
    assert_eq!(shell.post("ann", MessageKind::Text, "c2", "x"), Err("rate_limited".to_owned()));
    assert_eq!(shell.say(1, send("c2", "x")).at(1, ACK), ["error c2 rate_limited"]);
    for n in 0..3 {
        assert!(shell.post("assistant", MessageKind::Assistant, &format!("a{n}"), "x").is_ok());
    }
}
