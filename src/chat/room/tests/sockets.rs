//! Sockets: welcomed, replayed to, pinged, and closed when they misbehave.

use super::*;

const ERROR: &[&str] = &["code", "detail", "client_id"];

#[test]
fn welcome_comes_first_and_says_who_is_here() {
    let mut shell = Shell::new();
    shell.post("ann", MessageKind::Text, "c1", "x").expect("stored");
    shell.run(vec![connect(1, "ann", None)]);
    shell.say(1, r#"{"type":"read","seq":1}"#);
    let got = shell.run(vec![connect(2, "bob", None), removed("cyd")]);
    assert_eq!(
        got.raw(2),
        [
            r#"{"type":"welcome","room_id":"room","last_seq":1,"participants":[{"user_id":"ann","name":"ANN","role":"patient","online":true,"read_seq":1},{"user_id":"bob","name":"BOB","role":"patient","online":true,"read_seq":0},{"user_id":"cyd","name":"CYD","role":"patient","online":false,"read_seq":0}]}"#
        ]
    );
    let got = shell.run(vec![connect(3, "bob", None)]);
    assert!(!got.raw(3)[0].contains("cyd"), "those who left are not shown");
}

#[test]
fn after_replays_what_was_missed_before_anything_new() {
    let mut shell = Shell::connected();
    shell.limits.replay = 3;
    shell.room = None;
    for n in 1..=5 {
        shell.say(1, send(&format!("c{n}"), "x"));
    }
    let brief = |got: Got| got.at(3, &["seq"]);
    let new = frame(1, send("c6", "x"));
    let got = shell.run(vec![connect(3, "cyd", Some(3)), new]);
    assert_eq!(brief(got), ["welcome", "message 4", "message 5", "message 6"]);
    shell.run(vec![disconnect(3)]);
    let got = shell.run(vec![frame(1, send("c7", "x")), connect(3, "cyd", Some(6))]);
    assert_eq!(brief(got), ["welcome", "message 7"]);

    for (after, seqs) in [(None, vec![]), (Some(7), vec![]), (Some(u64::MAX), vec![]), (Some(0), vec![5, 6, 7])] {
        shell.run(vec![disconnect(3)]);
        let mut wanted = vec!["welcome".to_owned()];
        wanted.extend(seqs.iter().map(|seq| format!("message {seq}")));
        assert_eq!(brief(shell.run(vec![connect(3, "cyd", after)])), wanted, "after {after:?}");
    }
    let sync = shell.run(vec![frame(3, r#"{"type":"sync","after":5}"#), frame(1, send("c8", "x"))]);
    assert_eq!(brief(sync), ["message 6", "message 7", "message 8"]);
}

#[test]
fn only_members_come_in() {
    let mut shell = Shell::connected();
    let got = shell.run(vec![connect(9, "dan", Some(0)), frame(9, send("c1", "x"))]);
    assert_eq!(got.raw(9), ["close 4403"]);
    assert!(got.raw(1).is_empty() && shell.messages.is_empty());
}

#[test]
fn a_socket_that_connects_twice_or_is_unknown_changes_nothing() {
    let mut shell = Shell::connected();
    assert!(shell.run(vec![connect(1, "ann", Some(0)), frame(8, TYPING), disconnect(8), Input::Alarm]).is_empty());
}

#[test]
fn ping_has_a_pong() {
    assert_eq!(Shell::connected().say(1, r#"{"type":"ping"}"#).raw(1), [r#"{"type":"pong"}"#]);
}

#[test]
fn bad_frames_are_answered_and_the_socket_stays() {
    let deep = format!(r#"{{"type":"send","client_id":"c1","body":{}"#, "[".repeat(10_000));
    let cases: &[(&str, &str)] = &[
        ("", "error invalid_json the frame is not JSON"),
        ("{", "error invalid_json the frame is not JSON"),
        (&deep, "error invalid_json the frame is not JSON"),
        ("[]", "error invalid_frame the frame must be a JSON object"),
        ("{}", "error unknown_type type: must be send, typing, read, sync or ping"),
        (r#"{"type":"edit","client_id":"c1"}"#, "error unknown_type type: must be send, typing, read, sync or ping"),
        (r#"{"type":7}"#, "error unknown_type type: must be send, typing, read, sync or ping"),
        (r#"{"type":"ping","x":1}"#, "error invalid_frame x: unknown field"),
        (r#"{"type":"typing"}"#, "error invalid_frame on: must be true or false"),
        (r#"{"type":"read","seq":-1}"#, "error invalid_frame seq: must be a whole number from 0"),
        (r#"{"type":"sync","after":"1"}"#, "error invalid_frame after: must be a whole number from 0"),
        (r#"{"type":"send","body":"x"}"#, "error invalid_frame client_id: must be a string"),
        (r#"{"type":"send","client_id":"a b","body":"x"}"#, "error invalid_frame client_id: must be a UUID"),
        (r#"{"type":"send","client_id":"c1"}"#, "error invalid_frame body: must be a string c1"),
        (r#"{"type":"send","client_id":"c1","body":"x","colour":1}"#, "error invalid_frame colour: unknown field c1"),
        (
            r#"{"type":"send","client_id":"c1","body":"x","reply_to":"1"}"#,
            "error invalid_frame reply_to: must be a seq or null c1",
        ),
        (
            r#"{"type":"send","client_id":"c1","body":"x","attachment_ids":[1]}"#,
            "error invalid_frame attachment_ids: must be a list of strings c1",
        ),
    ];
    let mut shell = Shell::connected();
    for (text, wanted) in cases {
        let got = shell.say(1, *text);
        assert_eq!(got.at(1, ERROR), [*wanted], "{text}");
        assert!(got.raw(2).is_empty());
    }
    let got = shell.run(vec![Input::Binary { socket: SocketId(1), bytes: 3 }]);
    assert_eq!(got.at(1, ERROR), ["error binary_frame frames are text"]);
    assert_eq!(shell.attachments[&SocketId(1)].bad_frames, 18);
}

#[test]
fn the_twentieth_bad_frame_closes_the_socket_across_hibernation() {
    let mut shell = Shell::connected();
    for _ in 0..19 {
        shell.room = None;
        assert_eq!(shell.say(1, "?").at(1, &["code"]), ["error invalid_json"]);
    }
    shell.say(1, send("c1", " "));
    let got = shell.run(vec![frame(1, "?"), frame(1, r#"{"type":"ping"}"#)]);
    assert_eq!(got.at(1, &["code"]), ["error invalid_json", "close 1008"], "a refused message was not a bad frame");
    assert_eq!(got.at(2, &["user_id", "online"]), ["presence ann false"]);
    shell.room = None;
    assert!(shell.say(1, r#"{"type":"ping"}"#).is_empty(), "a socket that the host still lists stays closed");
    assert!(shell.run(vec![disconnect(1)]).is_empty());
}

#[test]
fn a_frame_over_the_limit_closes_the_socket() {
    let mut shell = Shell::connected();
    let ping = |bytes: usize| format!(r#"{{"type":"ping"{}}}"#, " ".repeat(bytes - 15 - 1 + 1));
    assert_eq!(ping(16 * 1024).len(), 16 * 1024);
    assert_eq!(shell.say(1, ping(16 * 1024)).at(1, &[]), ["pong"]);
    assert_eq!(shell.say(1, ping(16 * 1024 + 1)).raw(1), ["close 1009"]);
    let got = shell.run(vec![Input::Binary { socket: SocketId(2), bytes: 16 * 1024 + 1 }]);
    assert_eq!(got.raw(2), ["close 1009"]);
}

#[test]
fn an_attachment_is_small() {
    let mut shell = Shell::new();
    let device = Some("d".repeat(100_000));
    shell.run(vec![Input::Connect {
        socket: SocketId(1),
        user_id: "ann".to_owned(),
        after: None,
        session_id: Some("0".repeat(36)),
        device,
    }]);
    let json = serde_json::to_string(&shell.attachments[&SocketId(1)]).expect("an attachment is JSON");
    assert!(json.len() < 512, "{json}");
    assert_eq!(serde_json::from_str::<Attachment>(&json).expect("and read back"), shell.attachments[&SocketId(1)]);
}

#[test]
fn attachments_are_saved_before_anything_is_sent() {
    let mut shell = Shell::connected();
    shell.run(vec![frame(1, TYPING), frame(2, "?"), connect(3, "cyd", None)]);
    let kinds: Vec<_> = shell.effects.iter().map(|effect| matches!(effect, Effect::Attach(_))).collect();
    assert_eq!(kinds.iter().filter(|attach| **attach).count(), 3);
    assert!(kinds.is_sorted_by(|a, b| a >= b), "{kinds:?}");
}
