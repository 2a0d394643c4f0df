//! AWS as a function of the request: the real SDK clients ask, and nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use aws::Clients;
use aws::clients::{Place, Tables};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// A status and a body.
pub(crate) type Answer = (u16, Vec<u8>);

struct Connector<F>(Arc<F>);

impl<F> std::fmt::Debug for Connector<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}

impl<F: Fn(&HttpRequest) -> Answer + Send + Sync + 'static> HttpConnector for Connector<F> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = (self.0)(&request);
        HttpConnectorFuture::ready(
            status
                .try_into()
                .map(|status| HttpResponse::new(status, SdkBody::from(body)))
                .map_err(|error| ConnectorError::other(Box::new(error), None)),
        )
    }
}

/// Pauses between attempts end at once.
#[derive(Debug, Clone)]
struct NoPause;

impl AsyncSleep for NoPause {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

/// Clients whose requests `answer` answers.
pub(crate) fn clients(answer: impl Fn(&HttpRequest) -> Answer + Send + Sync + 'static) -> Clients {
    let tables = Tables {
        protection_groups: "ProtectionGroups".to_owned(),
        recovery_plans: "RecoveryPlans".to_owned(),
        execution_history: "ExecutionHistory".to_owned(),
        audit_log: "AuditLog".to_owned(),
        inventory: "Inventory".to_owned(),
    };
    let region = "us-east-1".to_owned();
    let place = Place { account: "000000000000".to_owned(), region: region.clone(), regions: vec![region] };
    Clients::over(SharedHttpConnector::new(Connector(Arc::new(answer))), NoPause, None, tables, place)
}
