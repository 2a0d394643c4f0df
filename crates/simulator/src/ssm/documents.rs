//! DescribeDocument. Nothing is executed here, so a document has no content and no parameters.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, seconds};
use crate::error::ApiError;
use crate::inventory::{DocumentKind, SsmDocument};
use crate::profile::Os;
use crate::world::World;

/// When every document was made: 2020-01-01. SSM always says, and nobody acts on it.
const CREATED: i64 = 1_577_836_800;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    name: String,
    document_version: Option<String>,
}

pub(super) fn describe(world: &World, request: Request) -> Answer {
    let Request { name, document_version } = request;
    let missing = || ApiError::ssm("InvalidDocument", format!("Document with name {name} does not exist."));
    let document = world.settings.documents.iter().find(|document| document.name == name).ok_or_else(missing)?;
    // There is one version of each.
    if document_version.is_some_and(|version| !["1", "$DEFAULT", "$LATEST"].contains(&version.as_str())) {
        let message = "The document version is not valid or does not exist.";
        return Err(ApiError::ssm("InvalidDocumentVersion", message));
    }
    Ok((200, json!({"Document": description(world, document)})))
}

fn description(world: &World, document: &SsmDocument) -> Value {
    let (document_type, schema_version) = match document.kind {
        DocumentKind::Command => ("Command", "2.2"),
        DocumentKind::Automation => ("Automation", "0.3"),
    };
    let platforms = match (document.kind, document.os) {
        (DocumentKind::Command, Some(Os::Linux)) => json!(["Linux"]),
        (DocumentKind::Command, Some(Os::Windows)) => json!(["Windows"]),
        (DocumentKind::Command, None) | (DocumentKind::Automation, _) => json!(["Windows", "Linux", "MacOS"]),
    };
    let of_amazon = document.name.starts_with("AWS-");
    json!({
        "Name": document.name,
        "Owner": if of_amazon { "Amazon" } else { &world.settings.account },
        "CreatedDate": seconds(Timestamp::from_second(CREATED).unwrap_or(Timestamp::UNIX_EPOCH)),
        "Status": "Active",
        "DocumentVersion": "1",
        "LatestVersion": "1",
        "DefaultVersion": "1",
        "DocumentType": document_type,
        "DocumentFormat": "YAML",
        "SchemaVersion": schema_version,
        "PlatformTypes": platforms,
        "Tags": [],
    })
}
