//! How large reports get.

use std::time::Instant;

use contract::Execution;
use report::{Format, MAX_BYTES, Report, TooLarge, render};

use crate::example::{START, execution, plan};

/// `servers` servers in ten waves, each with two checks that said `output`, and a launch setting that was changed.
fn large(servers: usize, output: &str) -> Report {
    let mut execution: Execution = execution();
    let mut model = execution.waves[0].servers[0].clone();
    for check in &mut model.checks {
        output.clone_into(&mut check.output);
    }
    let wave = execution.waves[0].clone();
    execution.waves = (0..10)
        .map(|number| {
            let mut wave = wave.clone();
            wave.name = format!("wave-{number}");
            wave.servers = (0..servers / 10)
                .map(|place| {
                    let mut server = model.clone();
                    server.server_id = format!("s-{:017x}", number * 1_000 + place).into();
                    server.hostname = format!("server-{number}-{place}.example.com");
                    server
                })
                .collect();
            wave
        })
        .collect();
    Report::new(execution, Some(&plan()), Vec::new(), START + 4_000)
}

#[test]
fn four_thousand_servers_fit_into_an_answer_of_lambda() {
    // What CheckHealth keeps of a command's output at most, with signs that are escaped twice.
    let output = "\"<é>\n".repeat(200);
    for (name, said) in [("short outputs", "exit status 0"), ("outputs of 1,000 characters", output.as_str())] {
        let report = large(4_000, said);
        for format in [Format::Html, Format::Json, Format::Csv] {
            let begun = Instant::now();
            let text = render(&report, format, MAX_BYTES).unwrap();
            // As Lambda hands it to API Gateway.
            let answer = serde_json::to_string(&text).unwrap().len();
            println!("4,000 servers, {name}, {format:?}: {answer} bytes, {} ms", begun.elapsed().as_millis());
            assert!(answer <= 6 * 1024 * 1024, "{name} {format:?}: {answer}");
        }
    }
}

#[test]
fn what_is_shortened_is_said() {
    let whole = render(&large(40, "all is well"), Format::Html, MAX_BYTES).unwrap();
    assert!(!whole.contains("Shortened."));
    let long = large(40, &"x".repeat(1_000));
    let cut = render(&long, Format::Html, 90_000).unwrap();
    assert!(cut.contains("are cut to their last 160 bytes"));
    let without = render(&long, Format::Html, 60_000).unwrap();
    assert!(without.contains("are left out"));
    let troubles = render(&long, Format::Html, 35_000).unwrap();
    assert!(troubles.contains("40 servers that were recovered are not listed"));
    assert_eq!(render(&long, Format::Html, 1_000), Err(TooLarge::Report));
}
