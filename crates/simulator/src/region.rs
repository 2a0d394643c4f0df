//! Which Region a call is for. Real SDK clients are given one endpoint for all Regions here, so the only place that
//! says it is the signature: the credential scope of SigV4. The signature itself is not checked.

use crate::ids::{self, Region};

/// The Region in `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`. None for anything else: a
/// call by hand has no signature, and it means the Region of the inventory.
pub fn of_authorization(header: &str) -> Option<Region> {
    let scope = header.split([' ', ',']).find_map(|part| part.strip_prefix("Credential="))?;
    // From the end: what stands before the date is the caller's business.
    let mut parts = scope.rsplit('/');
    let (terminator, _service, region, _date) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (terminator == "aws4_request" && ids::is_region(region)).then(|| Region(region.to_owned()))
}

/// The access key that the call is signed with: whose it is, the journal's reader has to know. Not a secret.
pub fn key_of_authorization(header: &str) -> Option<&str> {
    let scope = header.split([' ', ',']).find_map(|part| part.strip_prefix("Credential="))?;
    scope.split_once('/').map(|(key, _)| key).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_in_the_credential_scope() {
        let header = "AWS4-HMAC-SHA256 Credential=test/20260302/eu-west-1/drs/aws4_request, \
            SignedHeaders=host;x-amz-date, Signature=0123";
        assert_eq!(of_authorization(header), Some(Region("eu-west-1".to_owned())));
        let tight = "AWS4-HMAC-SHA256 Credential=test/20260302/us-west-2/ssm/aws4_request,SignedHeaders=host";
        assert_eq!(of_authorization(tight), Some(Region("us-west-2".to_owned())));
    }

    #[test]
    fn the_access_key_comes_first_in_the_credential_scope() {
        let header = "AWS4-HMAC-SHA256 Credential=ASIA0123/20260302/eu-west-1/drs/aws4_request, SignedHeaders=host";
        assert_eq!(key_of_authorization(header), Some("ASIA0123"));
        for header in ["", "Bearer abc", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=/2026"] {
            assert_eq!(key_of_authorization(header), None, "{header}");
        }
    }

    #[test]
    fn anything_else_says_nothing() {
        for header in [
            "",
            "Bearer abc",
            "AWS4-HMAC-SHA256 SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=test",
            "AWS4-HMAC-SHA256 Credential=test/20260302//drs/aws4_request",
            // SigV4a signs for many Regions and names none.
            "AWS4-ECDSA-P256-SHA256 Credential=test/20260302/drs/aws4_request",
        ] {
            assert_eq!(of_authorization(header), None, "{header}");
        }
    }
}
