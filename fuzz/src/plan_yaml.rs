//! Plan files, as `drsctl` reads them.

use std::path::Path;

use drsctl::document;
use drsctl::manifest::Manifest;

/// A file is accepted or its problems have words; what is accepted is the same after it was written and read again.
pub fn plan_yaml(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Manifest::from_text(Path::new("plan.yaml"), text) {
        Err(problems) => assert!(!problems.0.is_empty(), "refused without a reason"),
        Ok(manifest) => {
            let documents = manifest.documents();
            let Ok(written) = document::plan_file(&documents, false) else { panic!("{documents:?} cannot be written") };
            match Manifest::from_text(Path::new("written.yaml"), &written) {
                Ok(again) => assert_eq!(again.documents(), documents, "{written}"),
                Err(problems) => panic!("what was written is not accepted: {problems}\n{written}"),
            }
        }
    }
}
