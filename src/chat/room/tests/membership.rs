//! Members: added, removed, and what becomes of their sockets.

use super::*;

#[test]
fn a_removed_member_is_closed_and_gets_nothing_more() {
    let mut shell = Shell::connected();
    shell.run(vec![connect(3, "ann", None), frame(1, TYPING)]);
    let got = shell.run(vec![removed("ann"), frame(1, send("late", "x")), frame(2, send("c1", "secret"))]);
    assert_eq!((got.raw(1), got.raw(3)), (vec!["close 4403".to_owned()], vec!["close 4403".to_owned()]));
    assert_eq!(got.at(2, &["on", "online", "seq"]), ["typing false", "presence false", "message 1", "ack 1"]);
    assert_eq!(shell.post("ann", MessageKind::Text, "c1", "x"), Err("not_a_member".to_owned()));
    assert!(shell.run(vec![removed("ann"), disconnect(1), disconnect(3)]).is_empty());
    assert_eq!(shell.run(vec![connect(4, "ann", Some(0))]).raw(4), ["close 4403"]);
}

#[test]
fn no_frame_of_the_step_that_removes_a_member_reaches_them() {
    let mut shell = Shell::connected();
    let inputs =
        vec![frame(1, send("c1", "mine")), frame(2, send("c2", "theirs")), connect(3, "ann", Some(0)), removed("ann")];
    let got = shell.run(inputs);
    assert_eq!((got.raw(1), got.raw(3)), (vec!["close 4403".to_owned()], vec!["close 4403".to_owned()]));
    assert_eq!(got.at(2, &["seq", "online"]), ["message 1", "message 2", "ack 2", "presence false"]);
}

#[test]
fn nor_one_that_was_closed_just_before_for_something_else() {
    let mut shell = Shell::connected();
    let too_big = frame(1, "x".repeat(16 * 1024 + 1));
    let got = shell.run(vec![frame(2, send("c1", "x")), too_big, removed("ann")]);
    assert_eq!(got.raw(1), ["close 1009"]);
}

#[test]
fn the_sockets_of_a_removal_that_was_cut_short_are_closed_by_the_next_step() {
    let mut shell = Shell::connected();
    let step = shell.step(vec![removed("ann")]);
    let rows = step.rows().to_vec();
    rows.iter().for_each(|row| shell.write(row));
    drop(step);
    let got = shell.run(vec![frame(2, send("c1", "x")), frame(1, send("c1", "x"))]);
    assert_eq!(got.raw(1), ["close 4403"]);
    assert_eq!(got.at(2, &["seq", "online"]), ["presence false", "message 1", "ack 1"]);
    shell.room = None;
    assert!(shell.run(vec![Input::Alarm]).is_empty(), "once");
}

#[test]
fn the_sockets_of_a_session_that_ends_are_closed_and_no_others() {
    let mut shell = Shell::new();
    let ended = |session_id: &str| Input::SessionEnded { session_id: session_id.to_owned() };
    shell.run(vec![connect_in("desk", 1, "ann"), connect_in("desk", 2, "ann"), connect_in("phone", 3, "ann")]);
    shell.run(vec![connect(4, "ann", None), connect_in("bob's", 5, "bob"), frame(1, TYPING)]);
    shell.room = None;
    let got = shell.run(vec![ended("desk"), frame(1, send("c1", "late")), frame(5, send("c2", "hello"))]);
    assert_eq!((got.raw(1), got.raw(2)), (vec!["close 4401".to_owned()], vec!["close 4401".to_owned()]));
    assert_eq!(
        (got.at(3, &["seq"]), got.at(4, &["seq"])),
        (vec!["message 1".to_owned()], vec!["message 1".to_owned()])
    );
    assert_eq!(got.at(5, &["on", "online", "seq"]), ["typing false", "message 1", "ack 1"]);
    // Done again, and after a wake-up that still lists them: nothing.
    shell.room = None;
    assert!(shell.run(vec![ended("desk"), ended("nobody's"), disconnect(1), disconnect(2)]).is_empty());
    assert_eq!(shell.post("ann", MessageKind::Text, "c3", "I am a member still").map(|it| it.seq), Ok(2));
    assert_eq!(shell.run(vec![ended("phone")]).raw(3), ["close 4401"]);
}

#[test]
fn a_socket_that_connects_just_before_its_session_ends_is_closed() {
    let mut shell = Shell::connected();
    let ended = Input::SessionEnded { session_id: "desk".to_owned() };
    let got = shell.run(vec![connect_in("desk", 3, "cyd"), ended]);
    assert_eq!(got.at(3, &[]).last().map(String::as_str), Some("close 4401"));
    assert_eq!(got.at(1, &["user_id", "online"]), ["presence cyd true", "presence cyd false"]);
}

#[test]
fn a_member_who_comes_back_has_their_read_mark() {
    let mut shell = Shell::connected();
    shell.run(vec![frame(2, send("c1", "x")), frame(1, r#"{"type":"read","seq":1}"#), removed("ann")]);
    assert_eq!(shell.read_seq("ann"), 1);
    shell.now_ms += 5;
    shell.run(vec![added("ann")]);
    let ann = shell.stored.members.iter().find(|m| m.user_id == "ann").expect("a member");
    assert_eq!((ann.read_seq, ann.joined_at_ms, ann.left_at_ms), (1, NOW_MS + 5, None));
    assert_eq!(shell.run(vec![connect(3, "ann", Some(0))]).at(3, &["seq"]), ["welcome", "message 1"]);
}

#[test]
fn adding_a_member_again_writes_only_what_is_new() {
    let mut shell = Shell::connected();
    shell.now_ms += 5;
    assert!(shell.step(vec![added("ann")]).rows().is_empty());
    let renamed =
        Input::MemberAdded { user_id: "ann".to_owned(), name: "Dr Ann".to_owned(), role: "doctor".to_owned() };
    shell.run(vec![renamed]);
    let ann = shell.stored.members.iter().find(|m| m.user_id == "ann").expect("a member");
    assert_eq!((ann.name.as_str(), ann.role.as_str(), ann.joined_at_ms), ("Dr Ann", "doctor", NOW_MS));
}

#[test]
fn what_is_in_memory_is_what_would_be_loaded() {
    let mut shell = Shell::connected();
    shell.run(vec![frame(1, TYPING), frame(2, "?"), frame(2, send("c1", "x")), frame(1, r#"{"type":"read","seq":1}"#)]);
    let loaded = shell.load();
    let room = shell.room.as_ref().expect("in memory");
    assert!(loaded.attachments().eq(room.attachments()) && loaded.members().eq(room.members()));
    assert_eq!((loaded.last_seq(), loaded.is_closed(), loaded.id()), (room.last_seq(), room.is_closed(), room.id()));
    assert!(room.is_online("ann") && !room.is_online("cyd"));
}
