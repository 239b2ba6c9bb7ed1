use super::outcome;
use serde_json::json;
#[test]
fn scratch() {
    for text in std::fs::read_to_string("/tmp/scratch.txt").unwrap().lines() {
        let o = outcome(&json!({ "age_years": 40, "sex": "female" }), text, &json!({}));
        println!(
            "{text}\n   {:?}",
            o.findings
                .iter()
                .map(|f| format!("{} {:?} [{}]", f.id, f.state, f.quote.clone().unwrap_or_default()))
                .collect::<Vec<_>>()
        );
    }
}
