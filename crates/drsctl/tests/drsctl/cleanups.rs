//! Following a cleanup to its end.

use crate::api::cleaned;
use crate::command_line::{LATER, drsctl, err, out};
use crate::fake::Server;

#[test]
fn watching_a_cleanup_exits_with_0_only_if_nothing_is_left_over() {
    let home = tempfile::tempdir().unwrap();
    for (end, code) in [("COMPLETED", 0), ("PARTIAL", 1), ("FAILED", 1)] {
        let server = Server::new(move |_, before| match before {
            0 => Some((202, cleaned("RUNNING").to_string())),
            1 => None,
            _ => Some((200, cleaned(end).to_string())),
        });
        let output = drsctl(&server, home.path(), LATER, &["cleanup", "shop-1", "--watch"]);
        assert_eq!(output.status.code(), Some(code), "{end}: {}", err(&output));
        assert!(err(&output).contains("Cleanup RUNNING: 1 of 2 instances terminated"), "{}", err(&output));
        assert!(out(&output).contains("CLEANUP_FAIL"), "{}", out(&output));
        let lines: Vec<String> = server.asked().iter().map(|request| request.line()).collect();
        let expected = ["POST /v1/executions/shop-1/cleanup", "GET /v1/executions/shop-1", "GET /v1/executions/shop-1"];
        assert_eq!(lines, expected);
    }
}
