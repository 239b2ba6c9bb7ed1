//! Pages of lists.

use super::super::support::{Installation, Person};
use serde_json::Value;

async fn page(here: &Installation, person: &Person, query: &str) -> Value {
    here.get(&format!("/api/v1/rooms?{query}"), Some(person)).await.expect(200)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// A patient with five rooms, their ids latest first.
async fn five_rooms(here: &Installation) -> (Person, Person, Vec<String>) {
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let mut rooms = Vec::new();
    for _ in 0..5 {
        here.clock.advance(1000);
        rooms.insert(0, here.room(&ann, &dana).await);
    }
    (ann, dana, rooms)
}

#[tokio::test]
async fn pages_follow_each_other_to_the_last() {
    let here = Installation::new();
    let (ann, _, rooms) = five_rooms(&here).await;
    let mut seen = Vec::new();
    let mut query = "limit=2".to_owned();
    let mut sizes = Vec::new();
    loop {
        let page = page(&here, &ann, &query).await;
        sizes.push(ids(&page).len());
        seen.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!((seen, sizes), (rooms, vec![2, 2, 1]));
}

#[tokio::test]
async fn a_page_that_is_just_full_is_the_last() {
    let here = Installation::new();
    let (ann, _, rooms) = five_rooms(&here).await;
    let answer = here.get("/api/v1/rooms?limit=5", Some(&ann)).await;
    assert!(!answer.headers.contains_key("link"));
    let page = answer.expect(200);
    assert_eq!((ids(&page), &page["next_cursor"]), (rooms, &Value::Null));
}

#[tokio::test]
async fn the_next_page_is_a_link_too() {
    let here = Installation::new();
    let (ann, _, rooms) = five_rooms(&here).await;
    let answer = here.get("/api/v1/rooms?limit=2", Some(&ann)).await;
    let link = answer.header("link").to_owned();
    let (url, relation) = link.split_once(">; ").unwrap();
    assert_eq!(relation, "rel=\"next\"");
    let next = here.get(url.trim_start_matches('<'), Some(&ann)).await;
    assert_eq!(next.header("link").matches("cursor=").count(), 1);
    assert_eq!(ids(&next.expect(200)), rooms[2..4]);
}

#[tokio::test]
async fn a_cursor_stays_right_while_rows_are_inserted() {
    let here = Installation::new();
    let (ann, dana, rooms) = five_rooms(&here).await;
    let cursor = page(&here, &ann, "limit=2").await["next_cursor"].as_str().unwrap().to_owned();
    here.clock.advance(1000);
    here.room(&ann, &dana).await;
    assert_eq!(ids(&page(&here, &ann, &format!("limit=100&cursor={cursor}")).await), rooms[2..]);
}

#[tokio::test]
async fn a_cursor_that_was_not_made_for_this_list_is_refused() {
    let here = Installation::new();
    let (ann, dana, _) = five_rooms(&here).await;
    let cursor = page(&here, &ann, "limit=2").await["next_cursor"].as_str().unwrap().to_owned();
    let (first, rest) = cursor.split_at(1);
    let other = if first == "A" { "B" } else { "A" };
    let cut = &cursor[..cursor.len() - 2];
    for bad in ["", "x", "ä", "AAAA", &format!("{other}{rest}"), cut, &format!("{cursor}AA")] {
        let bad = bad.replace('ä', "%C3%A4");
        let answer = here.get(&format!("/api/v1/rooms?cursor={bad}"), Some(&ann)).await;
        assert_eq!(answer.invalid(), ["cursor"], "{bad}");
    }
    // Of another caller, and of other lists.
    for (path, person) in [("rooms", &dana), ("assessments", &ann), ("medicines", &ann), ("practitioners", &ann)] {
        let answer = here.get(&format!("/api/v1/{path}?cursor={cursor}"), Some(person)).await;
        assert_eq!(answer.invalid(), ["cursor"], "{path}");
    }
}

#[tokio::test]
async fn a_cursor_is_opaque() {
    let here = Installation::new();
    let (ann, _, rooms) = five_rooms(&here).await;
    let page = page(&here, &ann, "limit=2").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
    assert!(rooms.iter().all(|id| !cursor.contains(id)));
}

#[tokio::test]
async fn a_page_holds_20_items_when_nothing_is_said() {
    let here = Installation::new();
    let page = here.get("/api/v1/medicines", None).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 20);
    assert!(page["next_cursor"].is_string());
}

#[tokio::test]
async fn practitioners_come_in_pages_each_once() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let mut doctors = Vec::new();
    for n in 0..5 {
        doctors.push(here.doctor(&format!("d{n}@example.org")).await.user_id);
    }
    here.staff("phil@example.org", "pharmacist").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = here.get(&format!("/api/v1/practitioners?limit=2{cursor}"), Some(&ann)).await.expect(200);
        seen.extend(ids(&page));
        assert!(page["items"].as_array().unwrap().iter().all(|item| item["organization"] == "Clinic"));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    seen.sort();
    doctors.sort();
    assert_eq!(seen, doctors);
}
