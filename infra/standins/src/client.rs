//! SDK configurations whose requests go to a stand-in of this process by a function call: no socket, no signature, no TLS roots.
//! Serialization, retries and errors are the SDK's own. What serves only the way over a network is left out, because it took
//! a fifth of a call's time: see [`NoNetwork`], [`Here`] and [`Unsigned`].

use crate::service::Service;
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::{BehaviorVersion, SharedHttpClient, StalledStreamProtectionConfig};
use aws_smithy_runtime::client::auth::no_auth::NO_AUTH_SCHEME_ID;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOption, AuthSchemeOptionsFuture};
use aws_smithy_runtime_api::client::endpoint::{EndpointFuture, EndpointResolverParams, ResolveEndpoint, SharedEndpointResolver};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor, disable_interceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::retry::{ReconnectMode, RetryConfig};
use axum::body::Bytes;
use std::sync::Arc;

/// The same for each SDK: the types have the same names, but no common trait.
macro_rules! in_process {
    ($config:ident, $sdk:ident) => {
        pub(crate) fn $config(service: Arc<dyn Service>) -> $sdk::config::Builder {
            let mut config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .auth_scheme_resolver(Unsigned)
                .identity_cache(IdentityCache::no_cache())
                .http_client(in_process(service))
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .retry_config(retries());
            config.set_endpoint_resolver(Some(SharedEndpointResolver::new(Here)));
            config.push_interceptor(SharedInterceptor::permanent(NoNetwork));
            config
        }

        impl $sdk::config::auth::ResolveAuthScheme for Unsigned {
            fn resolve_auth_scheme<'a>(
                &'a self,
                _: &'a $sdk::config::auth::Params,
                _: &'a ConfigBag,
                _: &'a RuntimeComponents,
            ) -> AuthSchemeOptionsFuture<'a> {
                AuthSchemeOptionsFuture::ready(Ok(vec![AuthSchemeOption::from(NO_AUTH_SCHEME_ID)]))
            }
        }
    };
}

in_process!(dynamodb_config, aws_sdk_dynamodb);
in_process!(sqs_config, aws_sdk_sqs);

/// The SDK's own retries. After an error, the SDK would also close the connection, and log an error where there is none.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_reconnect_mode(ReconnectMode::ReuseAllConnections)
}

/// Finds the way to authenticate: there is none to look for.
#[derive(Debug)]
struct Unsigned;

/// Finds the endpoint. The SDK requires one; nothing uses it.
#[derive(Debug)]
struct Here;

impl ResolveEndpoint for Here {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url("http://standin").build()))
    }
}

/// Leaves out of each call what tells a service over the network about its caller, and measures the service's clock.
#[derive(Debug)]
struct NoNetwork;

#[dyn_dispatch_hint]
impl Intercept for NoNetwork {
    fn name(&self) -> &'static str {
        "NoNetwork"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        call: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        const WHY: &str = "the service is in this process";
        call.interceptor_state()
            .store_put(disable_interceptor::<UserAgentInterceptor>(WHY))
            .store_put(disable_interceptor::<RequestInfoInterceptor>(WHY))
            .store_put(disable_interceptor::<InvocationIdInterceptor>(WHY))
            .store_put(disable_interceptor::<ServiceClockSkewInterceptor>(WHY));
        Ok(())
    }
}

fn in_process(service: Arc<dyn Service>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(service));
    http_client_fn(move |_, _| connector.clone())
}

struct InProcess(Arc<dyn Service>);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // A copy costs less than to give away the SDK's body, which the thread of the stand-in would then have to take apart.
        let Some(body) = request.body().bytes().map(Bytes::copy_from_slice) else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user("a stand-in takes no streamed body".into())));
        };
        let answer = self.0.answer(request.headers().get("x-amz-target").unwrap_or_default(), body);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map(SdkBody::from);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
