//! Presence, typing and read marks.

use super::*;

#[test]
fn presence_is_the_first_socket_and_the_last_across_hibernation() {
    let mut shell = Shell::connected();
    let presence = |got: Got| got.at(1, &["user_id", "online"]);
    assert!(shell.run(vec![connect(3, "bob", None), disconnect(2)]).raw(1).is_empty());
    shell.room = None;
    assert_eq!(presence(shell.run(vec![disconnect(3)])), ["presence bob false"]);
    shell.room = None;
    assert_eq!(presence(shell.run(vec![connect(4, "bob", None)])), ["presence bob true"]);
    shell.room = None;
    assert!(shell.run(vec![connect(5, "bob", None)]).raw(1).is_empty());
}

#[test]
fn a_room_woken_by_a_close_tells_who_left_though_the_host_lists_the_socket_no_more() {
    let mut shell = Shell::connected();
    shell.run(vec![frame(2, TYPING), connect(3, "bob", None)]);
    shell.room = None;
    let bob = shell.attachments.remove(&SocketId(2));
    let left = Input::Disconnect { socket: SocketId(2), attachment: bob };
    assert_eq!(shell.run(vec![left]).at(1, &["on", "online"]), ["typing false"]);
    shell.room = None;
    let bob = shell.attachments.remove(&SocketId(3));
    let left = Input::Disconnect { socket: SocketId(3), attachment: bob };
    assert_eq!(shell.run(vec![left]).at(1, &["on", "online"]), ["presence false"]);
    assert!(!shell.room.as_ref().is_some_and(|room| room.is_online("bob")));
}

#[test]
fn a_last_frame_before_such_a_close_is_told_apart_too() {
    let mut shell = Shell::connected();
    shell.say(2, send("c1", "x"));
    shell.room = None;
    let bob = shell.attachments.remove(&SocketId(2));
    let left = Input::Disconnect { socket: SocketId(2), attachment: bob };
    let got = shell.run(vec![frame(2, send("c1", "x")), frame(2, send("c2", "y")), left]);
    assert_eq!(got.at(1, &["seq", "online"]), ["message 2", "presence false"]);
}

#[test]
fn typing_is_told_to_others_and_ends_by_itself() {
    let mut shell = Shell::connected();
    shell.run(vec![connect(3, "ann", None)]);
    let typing = |got: &Got| got.at(2, &["user_id", "on"]);
    let got = shell.say(1, TYPING);
    assert_eq!(typing(&got), ["typing ann true"]);
    assert!(got.raw(1).is_empty() && got.raw(3).is_empty());
    assert_eq!(shell.alarms(), [NOW_MS + 6_000]);
    shell.now_ms += 4_000;
    assert!(shell.say(1, TYPING).is_empty(), "going on is no news");
    assert!(shell.alarms().is_empty(), "and costs no alarm");
    assert_eq!(shell.run(vec![connect(4, "cyd", None)]).at(4, &["user_id", "on"]), ["welcome", "typing ann true"]);

    shell.room = None;
    shell.now_ms = NOW_MS + 6_000;
    assert!(shell.run(vec![Input::Alarm]).is_empty());
    assert_eq!(shell.alarms(), [NOW_MS + 10_000], "an early alarm asks again");
    shell.now_ms = NOW_MS + 10_000;
    assert_eq!(typing(&shell.run(vec![Input::Alarm])), ["typing ann false"]);
    assert!(shell.run(vec![Input::Alarm]).is_empty(), "an alarm may come twice");
    assert!(shell.attachments.values().all(|a| a.typing_until_ms.is_none()));
}

#[test]
fn an_alarm_that_never_came_is_asked_for_again() {
    let mut shell = Shell::connected();
    shell.say(1, TYPING);
    shell.now_ms += 7_000;
    assert_eq!(shell.say(1, TYPING).at(2, &["on"]), ["typing false", "typing true"]);
    assert_eq!(shell.alarms(), [NOW_MS + 13_000]);
}

#[test]
fn typing_ends_by_saying_so_by_sending_and_by_leaving() {
    let mut shell = Shell::connected();
    let typing = |got: Got| got.at(2, &["on", "online"]);
    shell.say(1, TYPING);
    assert_eq!(typing(shell.say(1, r#"{"type":"typing","on":false}"#)), ["typing false"]);
    assert!(shell.say(1, r#"{"type":"typing","on":false}"#).is_empty());
    shell.say(1, TYPING);
    assert_eq!(typing(shell.say(1, send("c1", "x"))), ["typing false", "message"]);
    shell.say(1, TYPING);
    assert_eq!(typing(shell.run(vec![disconnect(1)])), ["typing false", "presence false"]);
}

#[test]
fn a_user_who_types_on_two_devices_stops_with_the_second() {
    let mut shell = Shell::connected();
    shell.run(vec![connect(3, "ann", None), frame(1, TYPING), frame(3, TYPING)]);
    assert!(shell.run(vec![disconnect(1)]).is_empty());
    assert_eq!(shell.run(vec![disconnect(3)]).at(2, &["on"]), ["typing false", "presence"]);
}

#[test]
fn typing_does_not_outlast_a_clock_that_jumps_back() {
    let mut shell = Shell::connected();
    shell.say(1, TYPING);
    shell.now_ms -= 60_000;
    assert_eq!(shell.say(2, r#"{"type":"ping"}"#).at(2, &["on"]), ["typing false", "pong"]);
}

#[test]
fn read_marks_move_on_and_never_back_nor_beyond_the_last_message() {
    let mut shell = Shell::connected();
    shell.run(vec![connect(3, "ann", None), frame(2, send("c1", "x")), frame(2, send("c2", "x"))]);
    let read = |seq: u64| format!(r#"{{"type":"read","seq":{seq}}}"#);
    let got = shell.say(1, read(1));
    assert_eq!(got.at(2, &["user_id", "seq"]), ["read ann 1"]);
    assert_eq!(got.at(3, &["user_id", "seq"]), ["read ann 1"], "her other device too");
    assert!(got.raw(1).is_empty());
    assert_eq!(shell.say(1, read(u64::MAX)).at(2, &["seq"]), ["read 2"]);
    assert!(shell.say(3, read(1)).is_empty());
    assert_eq!(shell.read_seq("ann"), 2);
}

#[test]
fn read_marks_of_one_batch_are_one_row() {
    let mut shell = Shell::connected();
    let reads = (1..=3).map(|n| frame(1, format!(r#"{{"type":"read","seq":{n}}}"#)));
    let sends = (1..=3).map(|n| frame(2, send(&format!("c{n}"), "x")));
    let step = shell.step(sends.chain(reads).collect());
    let reads: Vec<_> = step.rows().iter().filter(|row| matches!(row, Row::Read { .. })).collect();
    assert_eq!(reads, [&Row::Read { user_id: "ann".to_owned(), seq: 3 }]);
}
