//! `/problems/{name}`: a page for each `type`.

use super::super::support::Installation;
use virtual_doctor::problem::ALL;

#[tokio::test]
async fn every_type_has_a_page() {
    let here = Installation::new();
    for kind in ALL {
        let answer = here.get(&format!("/problems/{}", kind.slug), None).await;
        assert_eq!(answer.status, 200, "{}", kind.slug);
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.text.contains(kind.title) && answer.text.contains(&kind.status.to_string()), "{}", kind.slug);
    }
}

#[tokio::test]
async fn one_page_lists_them_all() {
    let here = Installation::new();
    let page = here.get("/problems", None).await;
    assert_eq!(page.status, 200);
    assert!(ALL.iter().all(|kind| page.text.contains(kind.title)));
}

#[tokio::test]
async fn a_problem_that_there_is_not_has_no_page() {
    let here = Installation::new();
    for name in ["nothing", "NOT-FOUND", "%3Cscript%3E"] {
        here.get(&format!("/problems/{name}"), None).await.problem(404, "not-found");
    }
}

#[test]
fn a_slug_is_used_once_and_is_a_slug() {
    let mut slugs: Vec<&str> = ALL.iter().map(|kind| kind.slug).collect();
    assert!(slugs.iter().all(|slug| slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), ALL.len());
    assert!(ALL.iter().all(|kind| (400..600).contains(&kind.status) && !kind.meaning.is_empty()));
}
