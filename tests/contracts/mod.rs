//! Each port's contract on the native host; the same code runs on workerd.

use crate::api::support::Installation;
use virtual_doctor::operations::contracts;

#[tokio::test]
async fn the_native_host_keeps_every_ports_contract() {
    let installation = Installation::new();
    for outcome in contracts::run(&installation.services).await {
        assert_eq!(outcome.broken, None, "{}", outcome.port);
    }
}
