//! Connections between workflows: a workflow publishes entry points, and stages of other workflows use them.
//!
//! | To know | Begin with |
//! |---|---|
//! | how a project proves to another deployment who it is | `proof.rs`, over `jws.rs`, `issuers.rs` |
//! | by what a client of another deployment is known after that | `token.rs` |
//! | which secrets the deployment has for both | `secrets.rs` |

pub(crate) mod issuers;
mod jws;
mod proof;
pub(crate) mod secrets;
mod token;
