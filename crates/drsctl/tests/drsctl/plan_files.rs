//! Wrong input is named with its place, all of it at once.

use std::path::PathBuf;

use drsctl::manifest::Manifest;

/// A directory with files of these names and contents.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// What is wrong with a file of this content, without the file's name.
fn problems(text: &str) -> String {
    problems_of(text.as_bytes())
}

fn problems_of(content: &[u8]) -> String {
    let folder = folder(&[("plan.yaml", content)]);
    problems_in(&folder, "plan.yaml")
}

fn problems_in(folder: &tempfile::TempDir, name: &str) -> String {
    let message = Manifest::read(&folder.path().join(name)).err().expect("it was accepted").to_string();
    let message = message.replace(&format!("{}/", folder.path().display()), "");
    assert!(message.contains("nothing was stored:\n"), "{message}");
    message.split_once("stored:\n").unwrap().1.trim_start().to_owned()
}

/// A plan with these waves, each a name, groups and dependencies, and the groups a and b.
fn plan(waves: &str) -> String {
    format!(
        "protectionGroups:\n\
         - {{name: a, servers: [{{id: s-00000000000000001}}]}}\n\
         - {{name: b, servers: [{{id: s-00000000000000002}}]}}\n\
         recoveryPlans:\n\
         - name: shop\n  waves:\n{waves}"
    )
}

#[test]
fn the_example_is_right_and_the_inventory_beside_it_is_skipped() {
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/three-tier");
    let manifest = Manifest::read(&example).unwrap();
    assert_eq!(manifest.groups().count(), 4);
    assert_eq!(manifest.plans().map(|plan| plan.name.as_str()).collect::<Vec<_>>(), ["three-tier"]);
    assert_eq!(manifest.skipped().len(), 1);
}

#[test]
fn an_unknown_field_is_named_with_line_and_wave() {
    let text = plan("  - name: first\n    groups: [a]\n    dependOn: [b]\n");
    let message = problems(&text);
    assert!(message.starts_with("plan.yaml: line 9, column 5 (in \"first\"): unknown field `dependOn`"), "{message}");
    assert!(message.contains("dependsOnWaves"), "{message}");
    assert!(message.ends_with("| dependOn: [b]"), "{message}");
}

#[test]
fn a_wrong_or_missing_value_is_named_with_its_place() {
    let message = problems(&plan("  - name: first\n    groups: a\n"));
    assert_eq!(message, "plan.yaml: line 8, column 13 (in \"first\"): here belongs a list\n    | groups: a");
    let message = problems(&plan("  - name: first\n    groups: [a]\n    onFailure: MAYBE\n"));
    assert!(message.contains("(in \"first\"): unknown variant `MAYBE`, expected one of STOP, CONTINUE"), "{message}");
    let message = problems(&plan("  - name: first\n"));
    assert!(message.contains("(in \"first\"): missing field `groups`"), "{message}");
}

#[test]
fn a_circle_of_waves_shows_its_path() {
    let message = problems(&plan(
        "  - {name: one, groups: [a], dependsOnWaves: [two]}\n  - {name: two, groups: [b], dependsOnWaves: [one]}\n",
    ));
    assert!(message.starts_with("plan.yaml: recoveryPlans[0] (shop).waves[0] (one).dependsOnWaves: "), "{message}");
    assert!(message.contains("one → two → one"), "{message}");
}

#[test]
fn several_mistakes_are_reported_at_once() {
    let message =
        problems(&plan("  - {name: one, groups: []}\n  - {name: one, groups: [b], minHealthyPercent: 101}\n"));
    assert!(message.contains("waves[0] (one).groups: the wave is empty"), "{message}");
    assert!(message.contains("waves[1] (one).minHealthyPercent"), "{message}");
    assert!(message.contains("waves[1] (one).name: two waves are named \"one\""), "{message}");
}

#[test]
fn a_group_that_no_file_defines_is_left_to_the_api() {
    let folder = folder(&[("plan.yaml", plan("  - {name: one, groups: [elsewhere]}\n").as_bytes())]);
    let manifest = Manifest::read(folder.path()).unwrap();
    assert_eq!(manifest.groups_defined_elsewhere(), ["elsewhere".into()]);
    let message = manifest.check_with(&std::collections::BTreeMap::new()).unwrap_err().to_string();
    assert!(message.contains("waves[0] (one).groups[0]: there is no protection group elsewhere"), "{message}");
}

#[test]
fn one_name_in_two_files_is_an_error_that_names_both() {
    let group = |server: u8| {
        format!("protectionGroups: [{{name: a, servers: [{{id: s-0000000000000000{server}}}]}}]").into_bytes()
    };
    let folder = folder(&[("one.yaml", &group(1)), ("two.yml", &group(2)), ("notes.txt", b"not read")]);
    let message = problems_in(&folder, "");
    assert_eq!(
        message,
        "two.yml: protectionGroups[0] (a).name: another protection group is named \"a\": one.yaml: protectionGroups[0] (a)"
    );
}

#[test]
fn a_server_in_two_groups_is_an_error_that_names_both() {
    let message = problems(
        "protectionGroups:\n- {name: a, servers: [{id: s-00000000000000001}]}\n- {name: b, servers: [{id: s-00000000000000001}]}",
    );
    assert!(message.starts_with("plan.yaml: protectionGroups[1] (b).servers[0].id: s-00000000000000001 is already in"));
}

#[test]
fn what_is_no_plan_file_is_said_in_plain_words() {
    assert!(problems("").contains("plan.yaml: it is empty"));
    assert!(problems("# only a comment\n\n").contains("plan.yaml: it is empty"));
    assert!(problems("{}").contains("plan.yaml: nothing to apply"));
    assert!(problems("hello").contains("line 1, column 1: here belong fields"));
    assert!(problems("waves: []").contains("unknown field `waves`, expected one of protectionGroups, recoveryPlans"));
    assert!(problems("recoveryPlans: [}\n").contains("plan.yaml: line 1"));
    assert!(problems("recoveryPlans: []\nrecoveryPlans: []\n").contains("recoveryPlans is written twice"));
    assert!(
        problems("recoveryPlans: []\n---\nrecoveryPlans: []\n").contains("line 3, column 1: a second YAML document")
    );
    assert!(problems_of(b"recoveryPlans: [\xff\xfe]").contains("it is not UTF-8 text (byte 17)"));
    assert!(problems_of(b"\x00\x01PK").contains("line 1, column 1"));
}

#[test]
fn a_large_file_is_refused_before_it_is_parsed() {
    let mut large = plan("  - {name: one, groups: [a]}\n").into_bytes();
    large.extend(std::iter::repeat_n(b'#', 5 * 1024 * 1024));
    assert!(problems_of(&large).contains("it is 5.0 MiB large; a plan file has at most 1 MiB"));
}

#[test]
fn a_missing_file_and_a_directory_without_plans_are_named() {
    let folder = folder(&[("inventory.yaml", b"sourceServers: []")]);
    assert_eq!(problems_in(&folder, "nothing.yaml"), "nothing.yaml: there is no such file or directory");
    assert!(problems_in(&folder, "").contains("no *.yaml or *.yml"));
}

#[test]
fn an_alias_bomb_ends_at_once() {
    let mut text = "protectionGroups:\n- name: a\n  servers:\n  - &x0 {id: s-00000000000000001}\n".to_owned();
    for level in 1..30 {
        text.push_str(&format!("  - &x{level} [*x{0}, *x{0}, *x{0}, *x{0}]\n", level - 1));
    }
    let start = std::time::Instant::now();
    assert!(!problems(&text).is_empty());
    let many = format!(
        "protectionGroups:\n- name: a\n  servers: [&a {{id: s-00000000000000001}}, {}]",
        "*a, ".repeat(200_000)
    );
    let message = problems(&many);
    assert!(message.len() < 10_000, "{} characters", message.len());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
