//! Each port's contract on the native host; the same code runs on workerd.

use crate::api::support::Installation;
use std::sync::Arc;
use virtual_doctor::limits::{Call, Charge, Rule};
use virtual_doctor::operations::contracts;
use virtual_doctor::platform::{DatabaseLimiter, Limiter};

#[tokio::test]
async fn the_native_host_keeps_every_ports_contract() {
    let installation = Installation::new();
    for outcome in contracts::run(&installation.services).await {
        assert_eq!(outcome.broken, None, "{}", outcome.port);
    }
}

/// A host without objects counts in its database.
#[tokio::test]
async fn a_limiter_over_the_database_keeps_the_limiters_contract() {
    let here = Installation::new();
    let limiter = DatabaseLimiter { database: here.database.clone(), clock: here.clock.clone() };
    assert_eq!(contracts::limiter(&here.services, &limiter).await, Ok(()));
    let limiter = Arc::new(limiter);
    let charge = || Call::Charge(vec![Charge { bucket: "b".into(), rule: Rule::new(10, 60) }]);
    let asked: Vec<_> = (0..50)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move { limiter.call("crowd", &charge()).await })
        })
        .collect();
    let mut allowed = 0;
    for one in asked {
        allowed += usize::from(one.await.unwrap().unwrap()[0].allowed);
    }
    assert_eq!(allowed, 10);
    here.database.set_cut(true);
    assert!(limiter.call("crowd", &charge()).await.is_err());
}
