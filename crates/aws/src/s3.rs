//! S3, as far as anything is put there: one object in one request. Signed and sent with what the SDK uses for that; the SDK's
//! own client of S3 would be the largest thing that this project compiles, for one call.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::base64;
use aws_smithy_types::body::SdkBody;
use sha2::{Digest, Sha256};

use crate::clock;
use crate::error::{AwsError, ErrorKind};

const OPERATION: &str = "PutObject";

/// S3 in the deployment's own Region.
#[derive(Debug, Clone)]
pub struct S3 {
    config: SdkConfig,
    /// Whom to send to instead of S3.
    connector: Option<SharedHttpConnector>,
}

/// An object that S3 has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutObject {
    /// SHA-256 of its bytes, in hexadecimal. S3 has compared it with what it got.
    pub sha256: String,
    /// Its version, in a bucket that keeps versions.
    pub version_id: Option<String>,
}

impl S3 {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { config: config.clone(), connector: None }
    }

    pub(crate) fn with_connector(self, connector: SharedHttpConnector) -> Self {
        Self { connector: Some(connector), ..self }
    }

    /// Puts `content` into `bucket` under `key`, which has only signs that a path can have.
    ///
    /// # Errors
    /// When S3 did not take it.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        content: String,
    ) -> Result<PutObject, AwsError> {
        let digest = Sha256::digest(content.as_bytes());
        let request = self.signed(&self.address(bucket, key)?, content_type, content, &base64::encode(digest)).await?;
        let connector = self.connector.clone().unwrap_or_else(connector);
        let answer = connector
            .call(request)
            .await
            .map_err(|error| AwsError::new(ErrorKind::Transient, OPERATION, format!("S3 did not answer: {error:?}")))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(AwsError::new(kind_of(status), OPERATION, format!("HTTP {status}: {}", meaning(status))));
        }
        let version_id = answer.headers().get("x-amz-version-id").map(str::to_owned);
        Ok(PutObject { sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(), version_id })
    }

    /// `https://<bucket>.s3.<region>.amazonaws.com/<key>`; elsewhere, as `AWS_ENDPOINT_URL` says, the bucket is in the path.
    fn address(&self, bucket: &str, key: &str) -> Result<String, AwsError> {
        let endpoint =
            std::env::var("AWS_ENDPOINT_URL_S3").ok().or_else(|| self.config.endpoint_url().map(str::to_owned));
        if let Some(endpoint) = endpoint {
            return Ok(format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')));
        }
        Ok(format!("https://{bucket}.s3.{}.amazonaws.com/{key}", self.region()?))
    }

    fn region(&self) -> Result<&str, AwsError> {
        let region = self.config.region().map(AsRef::as_ref);
        region.ok_or_else(|| AwsError::new(ErrorKind::Bug, OPERATION, "no Region is set"))
    }

    async fn signed(
        &self,
        address: &str,
        content_type: &str,
        content: String,
        checksum: &str,
    ) -> Result<HttpRequest, AwsError> {
        let refused = |error: &dyn std::fmt::Display| AwsError::new(ErrorKind::Bug, OPERATION, error.to_string());
        let denied = |error: &dyn std::fmt::Debug| {
            AwsError::new(ErrorKind::Transient, OPERATION, format!("no credentials: {error:?}"))
        };
        let provider = self.config.credentials_provider().ok_or_else(|| denied(&"no provider"))?;
        let identity = provider.provide_credentials().await.map_err(|error| denied(&error))?.into();
        let mut settings = SigningSettings::default();
        // As S3 wants it, and no other service.
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region()?)
            .name("s3")
            .time(clock::wall())
            .settings(settings)
            .build()
            .map_err(|error| refused(&error))?
            .into();
        // A bucket that locks its objects demands a checksum; and this one S3 keeps beside the object.
        let headers = [("content-type", content_type), ("x-amz-checksum-sha256", checksum)];
        let body = SignableBody::Bytes(content.as_bytes());
        let signable =
            SignableRequest::new("PUT", address, headers.into_iter(), body).map_err(|error| refused(&error))?;
        let (instructions, _) = sign(signable, &parameters).map_err(|error| refused(&error))?.into_parts();
        let signature: Vec<(String, String)> =
            instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut request = HttpRequest::new(SdkBody::from(content));
        request.set_method("PUT").map_err(|error| refused(&error))?;
        request.set_uri(address).map_err(|error| refused(&error))?;
        for (name, value) in
            headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().chain(signature)
        {
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

fn connector() -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(30))
        .build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build();
    SharedHttpConnector::new(connector)
}

/// What S3's document says at length.
fn meaning(status: u16) -> &'static str {
    match status {
        403 => "the role, the bucket's policy or its key does not allow it",
        404 => "there is no such bucket",
        400 => "S3 takes neither the request nor its checksum",
        429 | 503 => "S3 wants fewer requests",
        _ => "S3 failed",
    }
}

fn kind_of(status: u16) -> ErrorKind {
    match status {
        403 => ErrorKind::AccessDenied,
        404 => ErrorKind::NotFound,
        // Too many requests to one part of a bucket: S3 says "slow down".
        429 | 503 => ErrorKind::Throttled,
        409 | 500.. => ErrorKind::Transient,
        _ => ErrorKind::Invalid,
    }
}
