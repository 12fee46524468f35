//! Models of any provider behind one trait: a [`ModelRequest`] goes in, a stream of [`StreamEvent`]s comes out. Begin with
//! [`Models::find`], which gives a [`Model`] by its name, `provider/model`.
//!
//! Here live the wires (OpenAI chat completions, Anthropic messages, Gemini generateContent, Bedrock Converse) as pure translations,
//! how frames are packed, when a call is made again, and what tokens cost. All calls go through `rookery-egress`. What is asked and what is stored, sessions and tools do
//! not belong here, and neither does where a project keeps its keys: whoever calls brings [`Keys`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod assemble;
mod error;
mod framing;
mod model;
mod prices;
mod provider;
mod remote;
mod retry;
mod scripted;
mod sign;
mod wires;

pub use error::{ModelError, Retry, Told};
pub use model::{Answer, Completed, Keys, Model, ModelRequest, StreamEvent, ToolSpec};
pub use prices::cost;
pub use provider::{InvalidProvider, Providers};
pub use scripted::{Said, Scripted};

use rookery_domain::ModelName;
use rookery_egress::{Egress, StreamLimits};
use std::sync::Arc;

/// The provider whose models are scripts in this program.
const DEMO: &str = "demo";

/// All models that can be asked. Clones share what they hold.
#[derive(Clone)]
pub struct Models {
    egress: Egress,
    providers: Arc<Providers>,
    scripted: Scripted,
    limits: StreamLimits,
}

impl Models {
    /// The models of these providers, and the scripted ones below `demo/`.
    pub fn new(egress: Egress, providers: Arc<Providers>, scripted: Scripted) -> Self {
        Models { egress, providers, scripted, limits: StreamLimits::default() }
    }

    /// The same models with other caps on their answers.
    pub fn with_limits(self, limits: StreamLimits) -> Self {
        Models { limits, ..self }
    }

    /// The client by which models are called.
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// Finds a model by its name. Nobody is asked whether the provider has it. Errors: `model_unknown`.
    pub fn find(&self, name: &ModelName) -> Result<Arc<dyn Model>, ModelError> {
        if name.provider() == DEMO {
            return self.scripted.find(name.model());
        }
        let provider = self.providers.find(name.provider())?.clone();
        Ok(Arc::new(remote::Remote { egress: self.egress.clone(), provider, limits: self.limits }))
    }
}
