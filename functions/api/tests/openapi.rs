//! `docs/openapi.json` is what the code says.

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

#[test]
fn the_description_is_not_stale() {
    let described = serde_json::to_string_pretty(&api::router::openapi()).unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(FILE, &described).unwrap();
    }
    let checked_in = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        described == checked_in,
        "docs/openapi.json is stale: run `UPDATE_OPENAPI=1 cargo test -p api --test openapi`"
    );
}

/// What a reader of the description relies on.
#[test]
fn every_operation_names_its_action_and_its_problems() {
    let description = api::router::openapi();
    let paths = description["paths"].as_object().unwrap();
    for (path, item) in paths {
        assert!(path.starts_with("/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let named = format!("{method} {path}");
            let action = operation["x-action"].as_str().unwrap_or_default();
            assert!(domain::role::Action::ALL.iter().any(|known| known.as_str() == action), "{named}: {action:?}");
            assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{named}");
            for status in ["400", "401", "403", "429", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{named} {status}");
            }
        }
    }
}
