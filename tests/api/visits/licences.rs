//! The licence of who takes a visit, by what is set and what there is.

use super::{Clinic, license};
use serde_json::json;
use virtual_doctor::platform::{Database, Statement};

/// A licence of Dana's, for this country, of this organization.
async fn licence(clinic: &Clinic, organization: &str, country: &str, verified: bool) {
    let insert = "INSERT INTO licences (user_id, organization_id, country, number_sealed, verified_at, created_at)
                  VALUES (?1, ?2, ?3, '', ?4, 0)";
    let insert = Statement::new(insert).bind(&clinic.dana.user_id).bind(organization).bind(country);
    clinic.here.database.query(insert.bind(verified.then_some(1_i64))).await.unwrap();
}

async fn clinic(setting: &str) -> Clinic {
    let clinic = Clinic::with(&[("LICENCE_CHECK", setting)]).await;
    clinic.go_on_duty(&clinic.dana).await;
    clinic
}

#[tokio::test]
async fn each_case_is_refused_warned_of_or_let_pass() {
    // Country of the licence, of this organization, verified, and whether that covers Ann, who lives in GB.
    for (country, here, verified, covers) in
        [("GB", true, true, true), ("GB", true, false, false), ("GB", false, true, false), ("FR", true, true, false)]
    {
        for setting in ["refuse", "warn", ""] {
            let clinic = clinic(setting).await;
            let elsewhere = clinic.here.rows::<serde_json::Value>(Statement::new("SELECT id FROM organizations")).await;
            let other = elsewhere.iter().map(|row| row["id"].as_str().unwrap()).find(|id| *id != clinic.organization);
            licence(&clinic, if here { &clinic.organization } else { other.unwrap() }, country, verified).await;
            let path = clinic.request(&clinic.ann).await;
            let answer = clinic.act(&path, "accept", &clinic.dana).await;
            // An installation for development warns when nothing is set.
            match (covers, setting) {
                (true, _) => assert_eq!(answer.expect(200)["warnings"], json!([])),
                (false, "refuse") => {
                    answer.problem(403, "licence-does-not-cover");
                    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM visit_queue").await, 1);
                }
                (false, _) => assert_eq!(answer.expect(200)["warnings"][0]["code"], "licence_does_not_cover"),
            }
        }
    }
}

#[tokio::test]
async fn without_any_verified_licence_nobody_takes_a_visit_or_is_handed_one() {
    let clinic = clinic("warn").await;
    clinic.go_on_duty(&clinic.dora).await;
    let path = clinic.request(&clinic.ann).await;
    clinic.here.execute("UPDATE licences SET verified_at = NULL").await;
    clinic.act(&path, "accept", &clinic.dana).await.problem(403, "forbidden");
    assert!(!clinic.reads_record(&clinic.dana, &clinic.ann).await);
    license(&clinic.here, &clinic.organization, &clinic.dana, "FR").await;
    clinic.act(&path, "accept", &clinic.dana).await.expect(200);
    let duty = clinic.here.get(&clinic.duty(), Some(&clinic.dana)).await.expect(200);
    assert_eq!(duty["doctors"].as_array().unwrap().len(), 1);
    clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.problem(422, "invalid");
    assert!(!clinic.reads_record(&clinic.dora, &clinic.ann).await);
    // Where no licence is asked for, the post is enough.
    let lax = Clinic::with(&[("REQUIRE_VERIFIED_LICENCE", "off")]).await;
    lax.go_on_duty(&lax.dana).await;
    lax.here.execute("DELETE FROM licences").await;
    lax.taken().await;
}

#[tokio::test]
async fn a_country_that_is_not_known_is_covered_by_nothing() {
    let clinic = clinic("refuse").await;
    licence(&clinic, &clinic.organization, "GB", true).await;
    clinic.here.execute("UPDATE patients SET country = NULL").await;
    let path = clinic.request(&clinic.ann).await;
    clinic.act(&path, "accept", &clinic.dana).await.problem(403, "licence-does-not-cover");
}

#[tokio::test]
async fn who_is_handed_a_visit_needs_one_too() {
    let clinic = clinic("refuse").await;
    clinic.go_on_duty(&clinic.dora).await;
    licence(&clinic, &clinic.organization, "GB", true).await;
    let path = clinic.taken().await;
    clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.problem(403, "licence-does-not-cover");
    assert!(!clinic.reads_record(&clinic.dora, &clinic.ann).await);
}

#[test]
fn elsewhere_than_in_development_it_is_refused_when_nothing_is_set() {
    use virtual_doctor::config::Config;
    let read = |environment: &'static str, check: Option<&'static str>| {
        Config::read(move |name| match name {
            "ENVIRONMENT" => Some(environment.to_owned()),
            "LICENCE_CHECK" => check.map(str::to_owned),
            "SIGNING_KEYS" | "MASTER_KEYS" | "INDEX_KEY" => {
                Some("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned())
            }
            _ => None,
        })
    };
    for (environment, check, refuses) in [
        ("development", None, false),
        ("development", Some("refuse"), true),
        ("staging", None, true),
        ("production", None, true),
        ("production", Some("warn"), false),
    ] {
        assert_eq!(read(environment, check).ok().unwrap().refuse_unlicensed, refuses, "{environment} {check:?}");
    }
    assert!(read("production", Some("maybe")).is_err());
}
