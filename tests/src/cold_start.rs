//! How long a function's process takes until it first asks Lambda's runtime API for work. The API is played by a socket
//! that answers nothing: asking is all that is measured.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The folder of the binaries that were built with this test.
pub fn binaries() -> PathBuf {
    // …/target/debug/deps/<test>
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// The functions there are, by the folders of `functions/`.
pub fn functions() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// From the start of the process to its first `GET …/invocation/next`.
pub fn cold_start(binary: &Path) -> Duration {
    let runtime_api = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = runtime_api.local_addr().unwrap().to_string();
    let begin = Instant::now();
    let mut process = Command::new(binary)
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "none"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "none"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("PROTECTION_GROUPS_TABLE", "groups"),
            ("RECOVERY_PLANS_TABLE", "plans"),
            ("EXECUTION_HISTORY_TABLE", "history"),
            ("AUDIT_LOG_TABLE", "audit"),
            ("INVENTORY_TABLE", "inventory"),
            ("DRS_ACCOUNT", "000000000000"),
            ("DRS_REGIONS", "us-east-1"),
            ("RECOVERY_STATE_MACHINE_ARN", "arn"),
            ("INVENTORY_STATE_MACHINE_ARN", "arn"),
            ("CLEANUP_STATE_MACHINE_ARN", "arn"),
            ("SCHEDULE_GROUP", "drills"),
            ("SCHEDULE_ROLE_ARN", "arn"),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stream = first_caller(&runtime_api, &mut process, binary);
    let mut request = String::new();
    BufReader::new(stream).read_line(&mut request).unwrap();
    let elapsed = begin.elapsed();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(request.contains("/invocation/next"), "{request}");
    elapsed
}

/// Waits for the process to ask; one that ends before it asks misses something in its environment.
fn first_caller(runtime_api: &TcpListener, process: &mut Child, binary: &Path) -> TcpStream {
    runtime_api.set_nonblocking(true).unwrap();
    loop {
        match runtime_api.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                return stream;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let ended = process.try_wait().unwrap();
                assert!(ended.is_none(), "{} ended before it asked for work: {ended:?}", binary.display());
                std::thread::park_timeout(Duration::from_micros(100));
            }
            Err(error) => panic!("{error}"),
        }
    }
}
